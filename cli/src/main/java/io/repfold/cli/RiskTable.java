package io.repfold.cli;

import io.repfold.precision.FoldRisk;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What narrow numbers will do to folded blocks, as text. */
final class RiskTable {
  private static final int SHOWN = 20;

  private RiskTable() {}

  static String of(List<FoldRisk.Block> blocks, boolean all) {
    if (blocks.isEmpty()) {
      return "There is no block to fold, so there is nothing to forecast.\n";
    }
    List<FoldRisk.Block> worstFirst = new ArrayList<>(blocks);
    if (!all) {
      worstFirst.sort(Comparator.comparingDouble(FoldRisk.Block::foldedDecibels));
    }
    int most = all ? blocks.size() : Math.min(SHOWN, blocks.size());
    List<List<String>> rows = worstFirst.subList(0, most).stream().map(RiskTable::row).toList();
    StringBuilder text = new StringBuilder("Forecast for narrow numbers, from weights alone:\n");
    text.append(
        Text.table(
            List.of(
                "block",
                "branches",
                ">variances",
                ">largest",
                ">outlier",
                ">cancels",
                ">bits lost",
                "fp16",
                ">int8 apart",
                ">folded",
                ">balanced",
                "remedy"),
            rows));
    if (most < blocks.size()) {
      text.append(
          "and %s more; --verbose shows all\n".formatted(Text.count(blocks.size() - (long) most)));
    }
    long risky = blocks.stream().filter(b -> !b.remedies().isEmpty()).count();
    text.append(
        "%s of %d may need a remedy; int8 in dB, weights only\n"
            .formatted(Text.plural(risky, "block"), blocks.size()));
    return text.toString();
  }

  private static List<String> row(FoldRisk.Block block) {
    String kernels =
        block.branches().stream()
            .map(FoldRisk.Branch::kernel)
            .collect(
                Collectors.groupingBy(k -> k, java.util.LinkedHashMap::new, Collectors.counting()))
            .entrySet()
            .stream()
            .map(e -> e.getValue() == 1 ? e.getKey() : e.getValue() + " " + e.getKey())
            .collect(Collectors.joining(" + "));
    double variances =
        block.branches().stream()
            .mapToDouble(FoldRisk.Branch::variances)
            .filter(v -> !Double.isNaN(v))
            .max()
            .orElse(Double.NaN);
    String remedies =
        block.remedies().stream()
            .map(r -> r.name().toLowerCase(Locale.ROOT).replace('_', '-'))
            .collect(Collectors.joining(", "));
    return List.of(
        Text.shortened(block.target(), 36),
        Text.shortened(kernels, 30),
        Text.amount(variances),
        Text.small(block.largest()),
        Text.fixed(block.outlier(), 1),
        fixed(block.cancellation(), 2),
        Text.fixed(block.lostBits(), 1),
        block.overflows() ? "overflows" : "fits",
        fixed(block.branchDecibels(), 1),
        fixed(block.foldedDecibels(), 1),
        fixed(block.equalizedDecibels(), 1),
        remedies);
  }

  private static String fixed(double value, int decimals) {
    return Double.isNaN(value)
        ? "-"
        : Double.isInfinite(value) ? "exact" : Text.fixed(value, decimals);
  }
}
