package io.repfold.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.convert.ConvertOutcome;
import io.repfold.pipeline.convert.HalfConversion;
import io.repfold.pipeline.convert.IntegerConversion;
import io.repfold.pipeline.convert.OutputAgreement;
import io.repfold.pipeline.convert.SampleComparison;
import io.repfold.precision.Decisions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What came of a conversion, as text and JSON. */
record ConversionText(ConvertOutcome outcome) {
  ObjectNode json() {
    ObjectNode root = Json.object();
    root.put("input", outcome.source().path().toString());
    root.put("output", outcome.holds() ? outcome.output().toString() : null);
    root.put("overridableWeights", outcome.source().overridable());
    root.put("precision", outcome.precision().name());
    root.put("holds", outcome.holds());
    root.put("targetAgreement", outcome.target());
    root.put("samples", outcome.comparisons().isEmpty() ? "" : outcome.samples().description());
    root.set("conversion", conversionJson());
    ArrayNode all = root.putArray("comparisons");
    outcome.comparisons().forEach(comparison -> all.add(Json.of(comparison)));
    root.put("refusal", outcome.conversion().refusal().map(OptionNames::in).orElse(null));
    root.set("remarks", Json.of(remarks()));
    return root;
  }

  private JsonNode conversionJson() {
    if (outcome.conversion() instanceof HalfConversion half) {
      return new HalfText(half).json();
    }
    return new IntegerText((IntegerConversion) outcome.conversion()).json();
  }

  private String conversionText(boolean verbose) {
    if (outcome.conversion() instanceof HalfConversion half) {
      return new HalfText(half).text(verbose);
    }
    return new IntegerText((IntegerConversion) outcome.conversion()).text(verbose);
  }

  private List<String> remarks() {
    return outcome.remarks().stream().map(OptionNames::in).toList();
  }

  String text(boolean verbose) {
    StringBuilder text = new StringBuilder(WeightsOption.line(outcome.source()));
    Optional<String> refusal = outcome.conversion().refusal();
    text.append(outcome.source().path()).append(": ").append(conversionText(verbose)).append('\n');
    if (refusal.isPresent()) {
      return text.append(OptionNames.in(refusal.get()))
          .append("\nNothing was written.\n")
          .toString();
    }
    if (!outcome.comparisons().isEmpty()) {
      List<List<String>> rows = new ArrayList<>();
      outcome.comparisons().forEach(comparison -> rows.addAll(rows(comparison)));
      text.append(Text.table(headings(), rows)).append('\n');
    }
    remarks().forEach(remark -> text.append(remark).append('\n'));
    text.append(verdict()).append('\n');
    text.append(outcome.holds() ? "Wrote " + outcome.output() : "Nothing was written.")
        .append('\n');
    return text.toString();
  }

  private String verdict() {
    if (outcome.comparisons().isEmpty()) {
      String because =
          outcome.samples().compared().isEmpty()
              ? outcome.samples().description()
              : "nothing here runs it";
      return "NOT COMPARED with the original: %s. Whether it overflows or decides otherwise is not known; --data FOLDER gives samples to see it on"
          .formatted(because);
    }
    if (outcome.comparisons().stream().anyMatch(c -> c.decisions() == 0)) {
      return "NOTHING WAS COMPARED: every output is empty, on " + outcome.samples().description();
    }
    long notFinite =
        outcome.comparisons().stream().mapToLong(SampleComparison::notFinite).max().orElse(0);
    if (notFinite > 0) {
      return "OVERFLOW: %s NaN or infinite at the outputs, and finite in the original, on %s"
          .formatted(
              notFinite == 1 ? "1 element is" : Phrases.count(notFinite) + " elements are",
              outcome.samples().description());
    }
    double share = outcome.agreement().orElse(1);
    String verdict =
        "%s: %s %% of decisions stay the same (target %s %%), on %s"
            .formatted(
                outcome.holds() ? "Verified" : "BELOW THE TARGET",
                Phrases.fixed(100 * share, 4),
                Phrases.fixed(100 * outcome.target(), 4),
                outcome.samples().description());
    return outcome.samples().given()
        ? verdict
        : verdict
            + "\nRandom inputs are not what the model will see: --data FOLDER gives samples, whose ranges choose what stays float32";
  }

  private static List<String> headings() {
    return List.of(
        "run by",
        ">samples",
        "output",
        "decides",
        ">decisions",
        ">same",
        ">max abs error",
        ">of max",
        ">not finite");
  }

  private static List<List<String>> rows(SampleComparison comparison) {
    List<List<String>> rows = new ArrayList<>();
    for (OutputAgreement output : comparison.outputs()) {
      rows.add(
          List.of(
              comparison.how(),
              Phrases.count(comparison.samples()),
              Phrases.shortened(output.output(), 40),
              label(output.kind()),
              Phrases.count(output.positions()),
              Phrases.fixed(100 * output.share(), 4) + " %",
              Phrases.small(output.maxAbsError()),
              Phrases.small(output.largest() == 0 ? 0 : output.maxAbsError() / output.largest()),
              Phrases.count(output.notFinite())));
    }
    return rows;
  }

  /** What is decided, for people. */
  private static String label(Decisions.Kind kind) {
    return switch (kind) {
      case CHANNEL -> "best channel";
      case THRESHOLD -> "side of threshold";
      case INTEGER -> "integer";
    };
  }
}
