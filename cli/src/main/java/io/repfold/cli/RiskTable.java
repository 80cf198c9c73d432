package io.repfold.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.convert.RiskForecast;
import io.repfold.precision.risk.FoldRisk;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What narrow numbers will do to folded blocks, as text. */
final class RiskTable {
  private static final int SHOWN = 20;

  private static final List<String> FORECAST =
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
          "remedy");

  private static final List<String> MEASURED =
      List.of(
          "block",
          "branches",
          "fp16",
          ">forecast dB",
          ">own dB",
          ">alone dB",
          ">agrees",
          ">share",
          "remedy");

  private RiskTable() {}

  static String of(RiskForecast forecast, boolean all) {
    List<FoldRisk.Block> blocks = forecast.blocks();
    if (blocks.isEmpty()) {
      return "There is no block to fold, so there is nothing to forecast.\n";
    }
    boolean measured = forecast.isMeasured();
    List<FoldRisk.Block> shown = new ArrayList<>(blocks);
    if (!all) {
      shown.sort(measured ? costliestFirst() : worstWeightsFirst());
    }
    int most = all ? blocks.size() : Math.min(SHOWN, blocks.size());
    List<List<String>> rows =
        shown.subList(0, most).stream().map(b -> measured ? measured(b) : forecast(b)).toList();
    StringBuilder text = new StringBuilder("Forecast for narrow numbers, ");
    text.append(measured ? "and int8 on " + forecast.samples() : "from weights alone");
    text.append(":\n").append(Text.table(measured ? MEASURED : FORECAST, rows));
    if (most < blocks.size()) {
      text.append(
          "and %s more; --verbose shows all\n"
              .formatted(Phrases.count(blocks.size() - (long) most)));
    }
    long risky = blocks.stream().filter(b -> !b.remedies().isEmpty()).count();
    text.append(
        measured ? measuredSummary(risky, blocks.size()) : forecastSummary(risky, blocks.size()));
    return text.append(advice(blocks)).toString();
  }

  /** An array of blocks. */
  static JsonNode json(RiskForecast forecast) {
    List<FoldRisk.Block> blocks = forecast.blocks();
    ArrayNode all = (ArrayNode) Json.of(blocks);
    for (int i = 0; i < blocks.size(); i++) {
      List<String> ids = blocks.get(i).remedies().stream().map(FoldRisk.Remedy::id).toList();
      ((ObjectNode) all.get(i)).set("remedies", Json.of(ids));
    }
    return all;
  }

  private static Comparator<FoldRisk.Block> worstWeightsFirst() {
    return Comparator.comparingDouble(FoldRisk.Block::foldedDecibels);
  }

  /** Blocks that stay float32 come last, as NaN does. */
  private static Comparator<FoldRisk.Block> costliestFirst() {
    Comparator<FoldRisk.Block> agreement =
        Comparator.comparingDouble(b -> b.measured().orElseThrow().agreement());
    return agreement.thenComparingDouble(b -> b.measured().orElseThrow().alone());
  }

  private static String forecastSummary(long risky, int blocks) {
    return "%s of %d may need a remedy by this forecast. Its int8 columns are dB of weights alone: it knows neither what rounding activations adds nor what a block's error costs in the answer, so it ranks no block by its cost. --data FOLDER measures both\n"
        .formatted(Phrases.plural(risky, "block"), blocks);
  }

  private static String measuredSummary(long risky, int blocks) {
    return "%s of %d may need a remedy. own: the block's result, with exact inputs; alone: the outputs, if only this block is int8; agrees: the decisions that stay the same then; share: of the error that all layers make alone. On the first 8 samples; 'convert --precision int8' measures all layers together\n"
        .formatted(Phrases.plural(risky, "block"), blocks);
  }

  private static String advice(List<FoldRisk.Block> blocks) {
    Set<FoldRisk.Remedy> found = new TreeSet<>();
    blocks.forEach(block -> found.addAll(block.remedies()));
    return found.stream()
        .map(remedy -> "  %-14s  %s\n".formatted(remedy.id(), advice(remedy)))
        .collect(Collectors.joining());
  }

  private static String advice(FoldRisk.Remedy remedy) {
    return switch (remedy) {
      case BALANCE -> "nothing to do: convert --precision int8 balances channels";
      case KEEP_IN_FP16 ->
          "convert --precision fp16 --keep BLOCK leaves it in float32, and without --keep too where its weights do not fit";
      case MEASURE -> "--data FOLDER tells what it costs in int8, and whether to keep it";
      case KEEP_IN_INT8 ->
          "convert --precision int8 --keep BLOCK leaves it in float32; --target-agreement chooses such blocks itself";
      case TRAIN_QAREPVGG -> "train with blocks of the kind qarepvgg (arch.args.repconv)";
    };
  }

  private static List<String> forecast(FoldRisk.Block block) {
    double variances =
        block.branches().stream()
            .mapToDouble(FoldRisk.Branch::variances)
            .filter(v -> !Double.isNaN(v))
            .max()
            .orElse(Double.NaN);
    return List.of(
        Phrases.shortened(block.target(), 36),
        kernels(block),
        Phrases.amount(variances),
        Phrases.small(block.largest()),
        Phrases.fixed(block.outlier(), 1),
        fixed(block.cancellation(), 2),
        Phrases.fixed(block.lostBits(), 1),
        half(block),
        fixed(block.branchDecibels(), 1),
        fixed(block.foldedDecibels(), 1),
        fixed(block.equalizedDecibels(), 1),
        remedies(block));
  }

  private static List<String> measured(FoldRisk.Block block) {
    FoldRisk.Measured measured = block.measured().orElseThrow();
    double agreement = measured.agreement();
    return List.of(
        Phrases.shortened(block.target(), 36),
        kernels(block),
        half(block),
        fixed(block.foldedDecibels(), 1),
        fixed(measured.own(), 1),
        fixed(measured.alone(), 1),
        Double.isNaN(agreement) ? "float32" : Phrases.fixed(100 * agreement, 3) + " %",
        Double.isNaN(agreement) ? "" : Phrases.fixed(100 * measured.share(), 1) + " %",
        remedies(block));
  }

  private static String half(FoldRisk.Block block) {
    return block.halfProblem().isEmpty() ? "fits" : block.overflows() ? "overflows" : "vanishes";
  }

  private static String remedies(FoldRisk.Block block) {
    return block.remedies().stream().map(FoldRisk.Remedy::id).collect(Collectors.joining(", "));
  }

  private static String kernels(FoldRisk.Block block) {
    String kernels =
        block.branches().stream()
            .map(FoldRisk.Branch::kernel)
            .collect(Collectors.groupingBy(k -> k, LinkedHashMap::new, Collectors.counting()))
            .entrySet()
            .stream()
            .map(e -> e.getValue() == 1 ? e.getKey() : e.getValue() + " " + e.getKey())
            .collect(Collectors.joining(" + "));
    return Phrases.shortened(kernels, 30);
  }

  private static String fixed(double value, int decimals) {
    return Double.isNaN(value)
        ? "-"
        : Double.isInfinite(value) ? "exact" : Phrases.fixed(value, decimals);
  }
}
