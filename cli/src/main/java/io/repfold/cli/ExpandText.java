package io.repfold.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.fold.ExpandReport;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.compare.RewriteComparison;
import io.repfold.pipeline.fold.ExpandOutcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What an expansion of a file came to, as text and JSON. */
record ExpandText(ExpandOutcome outcome) implements RewriteOutcome {
  private static final int FEW_SITES = 12;

  @Override
  public RewriteComparison comparison() {
    return outcome.comparison();
  }

  @Override
  public boolean holds() {
    return outcome.comparison().holds();
  }

  @Override
  public Optional<Path> output() {
    return outcome.output();
  }

  /** The report as JSON, without file names, so that the same expansion gives the same bytes. */
  static String document(ExpandReport report) {
    return Json.text(Json.of(report));
  }

  @Override
  public JsonNode json() {
    ObjectNode root = Json.object();
    root.put("input", outcome.source().path().toString());
    root.put("output", output().map(Path::toString).orElse(null));
    root.put("overridableWeights", outcome.source().overridable());
    root.set("report", Json.of(outcome.report()));
    VerificationText.addTo(root, comparison());
    return root;
  }

  @Override
  public String text(boolean verbose) {
    StringBuilder text = new StringBuilder(WeightsOption.line(outcome.source()));
    int sites = outcome.report().expanded().size();
    if (sites == 0) {
      text.append("%s: there is nothing to expand\n".formatted(outcome.source().path()));
    } else {
      text.append(
          "%s: %s as %s\n\n"
              .formatted(
                  outcome.source().path(),
                  Phrases.plural(sites, "convolution"),
                  outcome.report().kind().id()));
      text.append(table(verbose ? sites : FEW_SITES));
    }
    if (!outcome.report().parted().isEmpty()) {
      text.append(
          "\nParted what the file stores once for several parameters: %s\n"
              .formatted(Phrases.plural(outcome.report().parted().size(), "tensor")));
    }
    text.append('\n').append(FoldTable.totals(outcome.report().before(), outcome.report().after()));
    String leftAlone = FoldTable.reasons("Left alone", outcome.report().leftAlone(), verbose);
    text.append(leftAlone.isEmpty() ? "" : "\n" + leftAlone);
    return text.append('\n').append(VerificationText.text(comparison())).toString();
  }

  private String table(int most) {
    List<List<String>> rows = new ArrayList<>();
    outcome.report().expanded().stream().limit(most).forEach(site -> rows.add(row(site)));
    int hidden = outcome.report().expanded().size() - rows.size();
    return Text.table(
            List.of("convolution", "was", "branches", ">parameters", ">error when folded"), rows)
        + (hidden == 0
            ? ""
            : "and %s more; --verbose shows all\n".formatted(Phrases.count(hidden)));
  }

  private static List<String> row(ExpandReport.Expanded site) {
    return List.of(
        Phrases.shortened(site.node(), 48),
        site.convolution(),
        String.join(" + ", site.branches()),
        "%s -> %s"
            .formatted(
                Phrases.amount((double) site.parametersBefore()),
                Phrases.amount((double) site.parametersAfter())),
        Phrases.small(site.error()));
  }
}
