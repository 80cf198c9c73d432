package io.repfold.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.fold.ExpandReport;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.compare.RewriteComparison;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What an expansion of a file came to. */
record ExpandOutcome(
    ModelFile source, ExpandReport report, RewriteComparison comparison, Optional<Path> output)
    implements RewriteOutcome {
  private static final int FEW_SITES = 12;

  /** The report as JSON, without file names, so that the same expansion gives the same bytes. */
  static String document(ExpandReport report) {
    return Json.text(Json.of(report));
  }

  @Override
  public JsonNode json() {
    ObjectNode root = Json.object();
    root.put("input", source.path().toString());
    root.put("output", output.map(Path::toString).orElse(null));
    root.set("report", Json.of(report));
    VerificationText.addTo(root, comparison);
    return root;
  }

  @Override
  public String text(boolean verbose) {
    StringBuilder text = new StringBuilder();
    int sites = report.expanded().size();
    if (sites == 0) {
      text.append("%s: there is nothing to expand\n".formatted(source.path()));
    } else {
      text.append(
          "%s: %s as %s\n\n"
              .formatted(source.path(), Phrases.plural(sites, "convolution"), report.kind().id()));
      text.append(table(verbose ? sites : FEW_SITES));
    }
    if (!report.parted().isEmpty()) {
      text.append(
          "\nParted what the file stores once for several parameters: %s\n"
              .formatted(Phrases.plural(report.parted().size(), "tensor")));
    }
    text.append('\n').append(FoldTable.totals(report.before(), report.after()));
    String leftAlone = FoldTable.reasons("Left alone", report.leftAlone(), verbose);
    text.append(leftAlone.isEmpty() ? "" : "\n" + leftAlone);
    return text.append('\n').append(VerificationText.text(comparison)).toString();
  }

  private String table(int most) {
    List<List<String>> rows = new ArrayList<>();
    report.expanded().stream().limit(most).forEach(site -> rows.add(row(site)));
    int hidden = report.expanded().size() - rows.size();
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
