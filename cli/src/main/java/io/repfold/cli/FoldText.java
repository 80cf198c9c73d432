package io.repfold.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.fold.FoldReport;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.compare.RewriteComparison;
import io.repfold.pipeline.fold.FoldOutcome;
import io.repfold.pipeline.fold.Measurement;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What a fold of a file came to, as text and JSON. */
record FoldText(FoldOutcome outcome) implements RewriteOutcome {
  @Override
  public RewriteComparison comparison() {
    return outcome.comparison();
  }

  @Override
  public boolean holds() {
    return outcome.holds();
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
    root.set("inputs", Json.of(outcome.inputs().numbers()));
    root.set("certificate", outcome.certificate().map(Json::parse).orElse(null));
    VerificationText.addTo(root, comparison());
    root.set("measurement", outcome.measurement().map(FoldText::json).orElse(null));
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
    text.append(OneSize.text(report, outcome.source().graph(), verbose));
    text.append(FoldTable.fused(report));
    String inputs = inputs(outcome);
    text.append(inputs.isEmpty() ? "" : "\n" + inputs + "\n");
    text.append('\n').append(FoldTable.totals(report.before(), report.after()));
    outcome.growth().ifPresent(line -> text.append(line).append("\n"));
    String leftAlone = FoldTable.leftAlone(report, verbose);
    text.append(leftAlone.isEmpty() ? "" : "\n" + leftAlone);
    report.warnings().forEach(w -> text.append(Text.warning(w)).append('\n'));
    text.append('\n').append(VerificationText.text(comparison()));
    outcome.measurement().ifPresent(m -> text.append(text(m)));
    return text.toString();
  }

  /** Which inputs are none of the result any more, in a sentence; no text if there are none. */
  static String inputs(FoldOutcome outcome) {
    return outcome.inputs().isEmpty()
        ? ""
        : "Given, and no %s of the result: %s"
            .formatted(
                outcome.inputs().numbers().size() == 1 ? "input" : "inputs",
                outcome.inputs().text());
  }

  private static String text(Measurement measurement) {
    return "%s\n%s\n".formatted(summary(measurement), table(measurement).text());
  }

  /** The verdict of a measurement in a sentence. */
  static String summary(Measurement measurement) {
    return OptionNames.in(measurement.summary());
  }

  /** The times of a measurement. */
  static BenchTable table(Measurement measurement) {
    return new BenchTable(measurement.report(), measurement.shapes());
  }

  private static JsonNode json(Measurement measurement) {
    ObjectNode root = BenchTable.json(List.of(table(measurement)));
    root.put("summary", summary(measurement));
    root.put("pace", measurement.folded().pace().toString());
    root.put("holds", measurement.holds());
    return root;
  }
}
