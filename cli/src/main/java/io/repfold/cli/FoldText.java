package io.repfold.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.fold.FoldReport;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.compare.RewriteComparison;
import io.repfold.pipeline.fold.FoldOutcome;
import java.nio.file.Path;
import java.util.Optional;

/** What a fold of a file came to, as text and JSON. */
record FoldText(FoldOutcome outcome) implements RewriteOutcome {
  @Override
  public RewriteComparison comparison() {
    return outcome.comparison();
  }

  @Override
  public Optional<Path> output() {
    return outcome.output();
  }

  /** The report, with what was verified and written. */
  @Override
  public JsonNode json() {
    ObjectNode root = Json.object();
    root.put("input", outcome.source().path().toString());
    root.put("output", output().map(Path::toString).orElse(null));
    root.put("overridableWeights", outcome.source().overridable());
    root.set("report", Json.parse(outcome.document()));
    root.put("growth", outcome.growth().orElse(null));
    root.set("certificate", outcome.certificate().map(Json::parse).orElse(null));
    VerificationText.addTo(root, comparison());
    return root;
  }

  @Override
  public String text(boolean verbose) {
    StringBuilder text = new StringBuilder(WeightsOption.line(outcome.source()));
    FoldReport report = outcome.report();
    Path path = outcome.source().path();
    if (report.folded().isEmpty()) {
      text.append("%s: there is nothing to fold\n".formatted(path));
    } else {
      String regions = Phrases.plural(report.folded().size(), "region");
      text.append("%s: %s\n\n".formatted(path, regions));
      text.append(
          output().isPresent()
              ? FoldTable.regions(report, verbose)
              : FoldTable.plan(report, verbose));
    }
    text.append('\n').append(FoldTable.totals(report.before(), report.after()));
    outcome.growth().ifPresent(line -> text.append(line).append("\n"));
    String leftAlone = FoldTable.leftAlone(report, verbose);
    text.append(leftAlone.isEmpty() ? "" : "\n" + leftAlone);
    report.warnings().forEach(w -> text.append(Text.warning(w)).append('\n'));
    return text.append('\n').append(VerificationText.text(comparison())).toString();
  }
}
