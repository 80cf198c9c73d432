package io.repfold.pipeline.fold;

import io.repfold.fold.FoldReport;
import io.repfold.onnx.Sha256;
import io.repfold.pipeline.JsonText;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.Release;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a folded file says about its fold, in its metadata. It holds no time and no file name, so
 * that the same fold gives the same bytes.
 */
public final class Certificate {
  /** The key in the ONNX metadata. */
  public static final String KEY = "repfold.fold";

  private static final String TOOL = "repfold " + Release.version();

  private record Source(String sha256, long bytes) {}

  private record Document(
      String tool,
      Source source,
      FoldSettings options,
      List<FoldReport.Folded> folded,
      List<FoldReport.LeftAlone> leftAlone,
      List<FoldReport.Fused> fused,
      List<String> warnings,
      FoldReport.Totals before,
      FoldReport.Totals after) {}

  private Certificate() {}

  /**
   * The full report: a JSON document whose SHA-256 is in the certificate.
   *
   * @param settings what was asked for
   */
  static String document(
      ModelFile source, String sourceSha256, FoldSettings settings, FoldReport report) {
    return JsonText.indented(
        new Document(
            TOOL,
            new Source(sourceSha256, source.bytes()),
            settings,
            report.folded(),
            report.leftAlone(),
            report.fused(),
            report.warnings(),
            report.before(),
            report.after()));
  }

  /**
   * The certificate: one line of JSON. If regions hold for one size of inputs only, it names these
   * with their sizes.
   *
   * @param document as {@link #document} makes it
   */
  static String of(String sourceSha256, FoldSettings settings, FoldReport report, String document) {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("tool", TOOL);
    root.put("source", sourceSha256);
    root.put("options", settings.members());
    root.put("regions", report.folded().size());
    root.put("report", Sha256.of(document.getBytes(StandardCharsets.UTF_8)));
    if (!report.holdsFor().isEmpty()) {
      root.put("holdsFor", report.holdsFor());
    }
    root.put("largestErrorBound", largestErrorBound(report));
    return JsonText.compact(root);
  }

  private static double largestErrorBound(FoldReport report) {
    return report.folded().stream().mapToDouble(FoldReport.Folded::errorBound).reduce(0, Math::max);
  }
}
