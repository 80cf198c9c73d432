package io.repfold.cli;

import io.repfold.fold.FoldReport;
import io.repfold.fold.FoldReport.Folded;
import io.repfold.fold.FoldReport.LeftAlone;
import io.repfold.fold.FoldReport.Totals;
import io.repfold.pipeline.Phrases;
import io.repfold.runtime.VisibleText;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A fold report as text for a terminal. */
final class FoldTable {
  private static final int FEW_REGIONS = 12;
  private static final int FEW_REASONS = 6;
  private static final int FEW_NODES = 4;
  private static final Pattern VARIES = Pattern.compile("(\\w+ )?'[^']*'|\\d+(x\\d+)*");

  private FoldTable() {}

  /** Counts before and after. */
  static String totals(Totals before, Totals after) {
    return Text.table(
        List.of("", ">nodes", ">Conv", ">BatchNormalization", ">Add", ">parameters"),
        List.of(row("before", before), row("after", after)));
  }

  private static List<String> row(String label, Totals totals) {
    return List.of(
        label,
        Phrases.count(totals.nodes()),
        Phrases.count(totals.convolutions()),
        Phrases.count(totals.batchNormalizations()),
        Phrases.count(totals.additions()),
        Phrases.count(totals.parameters()));
  }

  /** One row a region; the first few, unless all are asked for. */
  static String regions(FoldReport report, boolean all) {
    return table(
        report,
        all,
        List.of(
            "region",
            "held",
            "became",
            ">multiply-adds",
            ">parameters",
            ">largest weight",
            ">error bound"));
  }

  /** What became one op, in a sentence; empty if nothing did. */
  static String fused(FoldReport report) {
    Map<String, Long> counts =
        report.fused().stream()
            .collect(
                Collectors.groupingBy(FoldReport.Fused::op, TreeMap::new, Collectors.counting()));
    String ops =
        counts.entrySet().stream()
            .map(e -> "%d %s".formatted(e.getValue(), e.getKey()))
            .collect(Collectors.joining(", "));
    return ops.isEmpty() ? "" : "Written as one op: %s\n".formatted(ops);
  }

  /** The same for a plan, of which no weights are known. */
  static String plan(FoldReport report, boolean all) {
    return table(
        report, all, List.of("region", "holds", "becomes", ">multiply-adds", ">parameters"));
  }

  private static String table(FoldReport report, boolean all, List<String> headings) {
    int most = all ? Integer.MAX_VALUE : FEW_REGIONS;
    List<List<String>> rows =
        report.folded().stream()
            .limit(most)
            .map(region -> row(region).subList(0, headings.size()))
            .toList();
    int hidden = report.folded().size() - rows.size();
    return Text.table(headings, rows)
        + (hidden == 0
            ? ""
            : "and %s more; --verbose shows all\n".formatted(Phrases.count(hidden)));
  }

  private static List<String> row(Folded region) {
    return List.of(
        Phrases.shortened(region.target(), 40),
        held(region),
        became(region),
        change(region.multiplyAddsBefore(), region.multiplyAddsAfter()),
        change((double) region.parametersBefore(), (double) region.parametersAfter()),
        Phrases.small(region.largestWeight()),
        Phrases.small(region.errorBound()));
  }

  private static String change(double before, double after) {
    return "%s -> %s".formatted(Phrases.amount(before), Phrases.amount(after));
  }

  /** Op types with their number: {@code 3 Conv, 2 Add}. */
  static String held(Folded region) {
    Map<String, Long> counts =
        region.held().stream()
            .collect(Collectors.groupingBy(FoldTable::type, TreeMap::new, Collectors.counting()));
    return counts.entrySet().stream()
        .map(e -> "%d %s".formatted(e.getValue(), e.getKey()))
        .collect(Collectors.joining(", "));
  }

  private static String type(String node) {
    int quote = node.indexOf(" '");
    return quote < 0 ? node : node.substring(0, quote);
  }

  static String became(Folded region) {
    return region.became().isEmpty() ? "nothing" : String.join("; ", region.became());
  }

  /** The nodes that are not part of a region that was folded. */
  static List<LeftAlone> whole(FoldReport report) {
    return split(report).getOrDefault(false, List.of());
  }

  /** The regions that could have been larger. */
  static List<LeftAlone> limited(FoldReport report) {
    return split(report).getOrDefault(true, List.of());
  }

  private static Map<Boolean, List<LeftAlone>> split(FoldReport report) {
    Set<String> targets = report.folded().stream().map(Folded::target).collect(Collectors.toSet());
    return report.leftAlone().stream()
        .collect(Collectors.partitioningBy(left -> targets.contains(left.value())));
  }

  /**
   * Nodes by the reason for which they were left, the most frequent reason first. Reasons that
   * differ only in names and numbers are one, told as of the first node.
   */
  static Map<String, List<String>> byReason(List<LeftAlone> leftAlone) {
    Map<String, String> wordings = new HashMap<>();
    Map<String, Set<String>> nodes = new LinkedHashMap<>();
    for (LeftAlone left : leftAlone) {
      for (String reason : left.reasons()) {
        String pattern = VARIES.matcher(reason).replaceAll("#");
        wordings.putIfAbsent(pattern, reason);
        nodes.computeIfAbsent(pattern, p -> new LinkedHashSet<>()).add(left.node());
      }
    }
    Map<String, List<String>> sorted = new LinkedHashMap<>();
    nodes.entrySet().stream()
        .sorted((a, b) -> b.getValue().size() - a.getValue().size())
        .forEach(
            e ->
                sorted.put(
                    wordings.getOrDefault(e.getKey(), e.getKey()), List.copyOf(e.getValue())));
    return sorted;
  }

  /** What was left alone or folded no further, grouped by reason; empty if there is nothing. */
  static String leftAlone(FoldReport report, boolean all) {
    String whole = reasons("Left alone", whole(report), all);
    String limited = reasons("Folded no further", limited(report), all);
    return whole + (whole.isEmpty() || limited.isEmpty() ? "" : "\n") + limited;
  }

  /** Nodes under a heading, grouped by reason; empty if there are none. */
  static String reasons(String heading, List<LeftAlone> leftAlone, boolean all) {
    Map<String, List<String>> reasons = byReason(leftAlone);
    StringBuilder text = new StringBuilder();
    int shown = 0;
    for (Map.Entry<String, List<String>> reason : reasons.entrySet()) {
      if (!all && shown == FEW_REASONS) {
        text.append("  and %d more; --verbose shows all\n".formatted(reasons.size() - shown));
        break;
      }
      shown++;
      text.append(
          "  %s\n".formatted(VisibleText.line(line(reason.getKey(), reason.getValue(), all))));
    }
    return text.isEmpty()
        ? ""
        : "%s: %s\n%s".formatted(heading, Phrases.plural(leftAlone.size(), "node"), text);
  }

  /** The first node with its reason, and those that are left for one like it. */
  private static String line(String reason, List<String> nodes, boolean all) {
    String first = "%s: %s".formatted(nodes.get(0), reason);
    List<String> others = nodes.subList(1, nodes.size());
    return others.isEmpty()
        ? first
        : "%s; likewise %s".formatted(first, Phrases.few(others, all ? others.size() : FEW_NODES));
  }
}
