package io.repfold.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.fold.FoldReport;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What a folded file says about its fold, in its metadata. It holds no time and no file name, so
 * that the same fold gives the same bytes.
 */
final class Certificate {
  /** The key in the ONNX metadata. */
  static final String KEY = "repfold.fold";

  private Certificate() {}

  /**
   * The full report: a JSON document whose SHA-256 is in the certificate.
   *
   * @param growth the factor that was allowed
   * @param shapes the input shapes that were fixed
   */
  static String document(
      ModelFile source,
      String sourceSha256,
      double growth,
      Map<String, long[]> shapes,
      FoldReport report) {
    ObjectNode root = Json.object();
    root.put("tool", "repfold " + Version.ofTool());
    root.putObject("source").put("sha256", sourceSha256).put("bytes", source.bytes());
    root.putObject("options").put("allowGrowth", growth).set("shapes", Json.of(shapes));
    root.setAll((ObjectNode) Json.of(report));
    return Json.text(root);
  }

  /**
   * The certificate: one line of JSON.
   *
   * @param document as {@link #document} makes it
   */
  static String of(String sourceSha256, FoldReport report, String document) {
    ObjectNode root = Json.object();
    root.put("tool", "repfold " + Version.ofTool());
    root.put("source", sourceSha256);
    root.put("regions", report.folded().size());
    root.put("report", ModelFile.sha256(document.getBytes(StandardCharsets.UTF_8)));
    root.set("largestErrorBound", Json.of(largestErrorBound(report)));
    return Json.compact(root);
  }

  private static double largestErrorBound(FoldReport report) {
    return report.folded().stream().mapToDouble(FoldReport.Folded::errorBound).reduce(0, Math::max);
  }
}
