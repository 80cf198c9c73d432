package io.repfold.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.fold.FoldReport;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a fold of a file came to.
 *
 * @param document the report as JSON, as the certificate knows it
 * @param certificate empty for a plan, and for a model that did not change
 * @param verification empty if it was not asked for
 * @param layers present if the outputs alone prove little
 * @param output the file that was written; empty for a plan
 */
record FoldOutcome(
    ModelFile source,
    FoldReport report,
    String document,
    Optional<String> certificate,
    Optional<Verification> verification,
    Optional<LayerComparison> layers,
    Optional<Path> output) {

  private static final int MOST_REMARKS = 4;

  boolean holds() {
    return verification.map(Verification::holds).orElse(true)
        && layers.map(LayerComparison::holds).orElse(true);
  }

  FoldOutcome with(Verification verified, Optional<LayerComparison> inside) {
    return new FoldOutcome(
        source, report, document, certificate, Optional.of(verified), inside, output);
  }

  /** The report, with what was verified and written. */
  JsonNode json() {
    ObjectNode root = Json.object();
    root.put("input", source.path().toString());
    root.put("output", output.map(Path::toString).orElse(null));
    root.set("report", Json.parse(document));
    root.set("certificate", certificate.map(Json::parse).orElse(null));
    root.set("verification", verification.map(Verification::json).orElse(null));
    root.set("layers", layers.map(l -> Json.of(l.tensors())).orElse(null));
    return root;
  }

  String text(boolean verbose) {
    StringBuilder text = new StringBuilder();
    String path = source.path().toString();
    if (report.folded().isEmpty()) {
      text.append("%s: there is nothing to fold\n".formatted(path));
    } else {
      String regions = Text.plural(report.folded().size(), "region");
      text.append("%s: %s\n\n".formatted(path, regions));
      text.append(
          output.isPresent()
              ? FoldTable.regions(report, verbose)
              : FoldTable.plan(report, verbose));
    }
    text.append('\n').append(FoldTable.totals(report));
    String leftAlone = FoldTable.leftAlone(report, verbose);
    text.append(leftAlone.isEmpty() ? "" : "\n" + leftAlone);
    report.warnings().forEach(w -> text.append("Warning: ").append(w).append('\n'));
    text.append('\n');
    verification.ifPresent(v -> text.append(text(v)));
    layers.ifPresent(l -> text.append(because(l)).append('\n'));
    return text.toString();
  }

  /** What was compared beside the outputs, and why. */
  static String because(LayerComparison layers) {
    return "On these inputs an output is too small to prove much, so tensors inside were compared too. "
        + layers.summary();
  }

  private static String text(Verification verification) {
    StringBuilder text = new StringBuilder();
    if (!verification.holds()) {
      text.append(Text.table(Verification.headings(), verification.rows())).append('\n');
    }
    verification.remarks().stream()
        .limit(MOST_REMARKS)
        .forEach(remark -> text.append(remark).append('\n'));
    return text.append(verification.summary()).append('\n').toString();
  }
}
