package io.repfold.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.convert.ConvertOutcome;
import io.repfold.pipeline.convert.HalfConversion;
import io.repfold.pipeline.convert.IntegerConversion;
import io.repfold.pipeline.convert.SampleComparison;
import io.repfold.precision.Finding;
import io.repfold.runtime.VisibleText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** What came of a conversion, as text and JSON. */
record ConversionText(ConvertOutcome outcome) {
  ObjectNode json() {
    ObjectNode root = Json.object();
    root.put("input", outcome.source().path().toString());
    root.put("output", outcome.holds() ? outcome.output().toString() : null);
    root.put("overridableWeights", outcome.source().overridable());
    root.put("precision", outcome.precision().name());
    root.put("holds", outcome.holds());
    root.set("targets", Json.of(outcome.targets()));
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

  /** All that is known, as a page. */
  String page(CommandSpec spec) {
    ReportPage page =
        new ReportPage(
            String.valueOf(outcome.source().path().getFileName()),
            "conversion to " + outcome.precision().name().toLowerCase(Locale.ROOT),
            spec);
    page.verdict(
        outcome.holds(),
        outcome.conversion().refusal().map(OptionNames::in).orElseGet(this::verdict));
    if (outcome.conversion() instanceof HalfConversion half) {
      new HalfText(half).addTo(page);
    } else {
      new IntegerText((IntegerConversion) outcome.conversion()).addTo(page);
    }
    if (!outcome.comparisons().isEmpty()) {
      List<List<String>> rows = new ArrayList<>();
      outcome.comparisons().forEach(comparison -> rows.addAll(rows(comparison)));
      page.table("Outputs", outcomeReasons(), headings(), rows);
    }
    page.text("Notes", remarks());
    return page.html();
  }

  /** What each output was taken for, and why. */
  private List<String> outcomeReasons() {
    return outcome.comparisons().get(0).findings().stream()
        .map(
            finding ->
                "%s is judged as %s: %s"
                    .formatted(
                        finding.where(), finding.piece().kind().noun(), finding.piece().because()))
        .toList();
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
      return text.append(VisibleText.line(OptionNames.in(refusal.get())))
          .append("\nNothing was written.\n")
          .toString();
    }
    if (!outcome.comparisons().isEmpty()) {
      List<List<String>> rows = new ArrayList<>();
      outcome.comparisons().forEach(comparison -> rows.addAll(rows(comparison)));
      text.append(Text.table(headings(), rows)).append('\n');
    }
    remarks().forEach(remark -> text.append(VisibleText.line(remark)).append('\n'));
    text.append(VisibleText.line(verdict())).append('\n');
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
    if (outcome.comparisons().stream().anyMatch(SampleComparison::isEmpty)) {
      return "NOTHING WAS COMPARED: every output is empty, on " + outcome.samples().description();
    }
    long notFinite =
        outcome.comparisons().stream().mapToLong(SampleComparison::notFinite).max().orElse(0);
    if (notFinite > 0 && !outcome.holds()) {
      return "OVERFLOW: %s NaN or infinite at the outputs, and finite in the original, on %s"
          .formatted(
              notFinite == 1 ? "1 element is" : Phrases.count(notFinite) + " elements are",
              outcome.samples().description());
    }
    if (outcome.worst().isEmpty()) {
      return "NOT JUDGED, as was asked for; compared on " + outcome.samples().description();
    }
    Finding worst = outcome.worst().get();
    String verdict =
        outcome.holds()
            ? "Verified: at worst, %s, on %s".formatted(worst.worstText(), samples())
            : "BELOW THE TARGET: %s, on %s%s".formatted(worst.worstText(), samples(), taken(worst));
    return outcome.samples().given()
        ? verdict
        : verdict
            + "\nRandom inputs are not what the model will see: --data FOLDER gives samples, whose ranges choose what stays float32";
  }

  private String samples() {
    return outcome.samples().description();
  }

  /** What an output was taken for, where the graph does not show it. */
  private static String taken(Finding finding) {
    return finding.piece().certain()
        ? ""
        : "\nIt is judged as %s, because %s; --judge %s=KIND says what it is"
            .formatted(finding.piece().kind().noun(), finding.piece().because(), finding.output());
  }

  private static List<String> headings() {
    return List.of(
        "run by",
        ">samples",
        "output",
        "judged as",
        ">same",
        ">of range",
        ">dB",
        ">max abs error",
        ">not finite",
        "");
  }

  private static List<List<String>> rows(SampleComparison comparison) {
    List<List<String>> rows = new ArrayList<>();
    for (Finding finding : comparison.findings()) {
      rows.add(
          List.of(
              comparison.how(),
              Phrases.count(comparison.samples()),
              Phrases.shortened(finding.where().replace("output ", ""), 40),
              finding.piece().kind().noun(),
              finding.positions() == 0 ? "-" : Phrases.fixed(100 * finding.share(), 4) + " %",
              Double.isNaN(finding.error()) ? "-" : Phrases.small(finding.error()),
              IntegerText.decibels(finding.decibels()),
              Phrases.small(finding.maxAbsError()),
              Phrases.count(finding.notFinite()),
              finding.holds() ? "" : "BELOW"));
    }
    return rows;
  }
}
