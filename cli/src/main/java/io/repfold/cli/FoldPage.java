package io.repfold.cli;

import io.repfold.fold.FoldReport;
import io.repfold.fold.FoldReport.Folded;
import io.repfold.fold.FoldReport.Totals;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.Release;
import io.repfold.pipeline.compare.Verification;
import io.repfold.pipeline.fold.FoldOutcome;
import io.repfold.pipeline.fold.Measurement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A fold's outcome as a self-contained HTML page. */
final class FoldPage {
  private FoldPage() {}

  static String of(FoldOutcome outcome) {
    Map<String, Object> page = sections(outcome);
    page.put("title", String.valueOf(outcome.source().path().getFileName()));
    page.put("tool", "repfold " + Release.version());
    page.put("sha256", Json.parse(outcome.document()).at("/source/sha256").asText());
    return Pages.render("fold-report", page);
  }

  /** What {@code fold-sections.html} shows; a page with these sections may put more into it. */
  static Map<String, Object> sections(FoldOutcome outcome) {
    FoldReport report = outcome.report();
    Map<String, Object> page = new LinkedHashMap<>();
    page.put("planned", outcome.output().isEmpty());
    page.put("totals", totals(report.before(), report.after()));
    page.put("regions", report.folded().stream().map(r -> region(r, outcome)).toList());
    page.put("regionCount", Phrases.plural(report.folded().size(), "region"));
    page.put("nothing", report.folded().isEmpty());
    page.put("reasons", reasons(FoldTable.whole(report)));
    page.put("limits", reasons(FoldTable.limited(report)));
    page.put("hasLimits", !FoldTable.limited(report).isEmpty());
    page.put(
        "warnings",
        Stream.of(
                outcome.source().overridableWeights().map(OptionNames::in).stream(),
                Stream.of(FoldText.inputs(outcome)).filter(line -> !line.isEmpty()),
                Stream.of(FoldTable.fused(report).strip()).filter(line -> !line.isEmpty()),
                outcome.growth().stream(),
                report.warnings().stream())
            .flatMap(lines -> lines)
            .toList());
    page.put(
        "verification",
        outcome.comparison().verification().map(FoldPage::verification).orElse(List.of()));
    page.put(
        "layers",
        outcome
            .comparison()
            .layers()
            .map(VerificationText::because)
            .map(List::of)
            .orElse(List.of()));
    page.put("speed", outcome.measurement().map(FoldPage::speed).orElse(List.of()));
    page.put("certificate", outcome.certificate().map(List::of).orElse(List.of()));
    return page;
  }

  private static List<Map<String, Object>> totals(Totals before, Totals after) {
    return List.of(
        total("Nodes", before.nodes(), after.nodes()),
        total("Convolutions", before.convolutions(), after.convolutions()),
        total("Batch normalizations", before.batchNormalizations(), after.batchNormalizations()),
        total("Additions", before.additions(), after.additions()),
        total("Parameters", before.parameters(), after.parameters()));
  }

  private static Map<String, Object> total(String name, long before, long after) {
    double share = before == 0 ? 0 : 100.0 * after / before;
    return Map.of(
        "name", name,
        "before", Phrases.count(before),
        "after", Phrases.count(after),
        "share", before == 0 ? "" : Phrases.fixed(share, share < 10 ? 1 : 0) + " %",
        "bar", Phrases.fixed(Math.min(100, share), 1));
  }

  private static Map<String, Object> region(Folded region, FoldOutcome outcome) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("target", region.target());
    row.put("held", FoldTable.held(region));
    row.put("nodes", region.held());
    row.put("became", FoldTable.became(region));
    row.put(
        "sizes",
        region.holdsFor().isEmpty()
            ? List.of()
            : List.of(OneSize.of(region.holdsFor(), outcome.source().graph())));
    row.put("multiplyAddsBefore", Phrases.amount(region.multiplyAddsBefore()));
    row.put("multiplyAddsAfter", Phrases.amount(region.multiplyAddsAfter()));
    row.put("parametersBefore", Phrases.amount((double) region.parametersBefore()));
    row.put("parametersAfter", Phrases.amount((double) region.parametersAfter()));
    row.put("largestWeight", Phrases.small(region.largestWeight()));
    row.put("errorBound", Phrases.small(region.errorBound()));
    return row;
  }

  private static List<Map<String, Object>> reasons(List<FoldReport.LeftAlone> leftAlone) {
    List<Map<String, Object>> rows = new ArrayList<>();
    FoldTable.byReason(leftAlone)
        .forEach(
            (reason, nodes) ->
                rows.add(
                    Map.of(
                        "reason", reason,
                        "count", Phrases.count(nodes.size()),
                        "nodes", String.join(", ", nodes))));
    return rows;
  }

  private static List<Map<String, Object>> speed(Measurement measurement) {
    BenchTable table = FoldText.table(measurement);
    return List.of(
        Map.of(
            "summary", FoldText.summary(measurement),
            "holds", measurement.holds(),
            "headings", table.headings().stream().map(h -> h.replaceFirst("^>", "")).toList(),
            "rows", table.rows(),
            "circumstances", table.circumstances()));
  }

  private static List<Map<String, Object>> verification(Verification verification) {
    return List.of(
        Map.of(
            "summary", VerificationText.summary(verification),
            "holds", verification.holds(),
            "headings",
                VerificationText.headings().stream().map(h -> h.replaceFirst("^>", "")).toList(),
            "rows", VerificationText.rows(verification),
            "remarks", verification.remarks()));
  }
}
