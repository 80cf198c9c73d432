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
 * @param output the file that was written; empty for a plan
 */
record FoldOutcome(
    ModelFile source,
    FoldReport report,
    String document,
    Optional<String> certificate,
    Proof proof,
    Optional<Path> output)
    implements RewriteOutcome {

  /** The report, with what was verified and written. */
  @Override
  public JsonNode json() {
    ObjectNode root = Json.object();
    root.put("input", source.path().toString());
    root.put("output", output.map(Path::toString).orElse(null));
    root.set("report", Json.parse(document));
    root.set("certificate", certificate.map(Json::parse).orElse(null));
    proof.addTo(root);
    return root;
  }

  @Override
  public String text(boolean verbose) {
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
    text.append('\n').append(FoldTable.totals(report.before(), report.after()));
    String leftAlone = FoldTable.leftAlone(report, verbose);
    text.append(leftAlone.isEmpty() ? "" : "\n" + leftAlone);
    report.warnings().forEach(w -> text.append(ModelWarnings.line(w)).append('\n'));
    return text.append('\n').append(proof.text()).toString();
  }
}
