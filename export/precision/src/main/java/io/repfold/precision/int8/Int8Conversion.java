package io.repfold.precision.int8;

import io.repfold.graph.Graph;
import io.repfold.graph.Tensor;
import io.repfold.precision.Agreement;
import io.repfold.precision.RaiseToOpset13;
import io.repfold.precision.SampleRunner;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Quantizes a graph on samples: balances channels, takes ranges, corrects biases, and leaves the
 * layers that lose most in float32 until the result agrees with the original as far as is wanted.
 */
public final class Int8Conversion {
  /** Samples on which single layers are tried. */
  private static final int FEW = 8;

  /** By their errors, and where no output is a real number, by the decisions that they change. */
  private static final Comparator<Agreement.Score> MOST_HARMFUL_FIRST =
      Comparator.comparingDouble(Agreement.Score::decibels)
          .thenComparingDouble(Agreement.Score::agreement);

  private final Graph original;
  private final SampleRunner runner;
  private final QuantizationOptions options;
  private final Goal goal;

  private Int8Conversion(
      Graph original, SampleRunner runner, QuantizationOptions options, Goal goal) {
    this.original = original;
    this.runner = runner;
    this.options = options;
    this.goal = goal;
  }

  /**
   * When a result is good enough.
   *
   * @param reference what it is compared with, such as the graph before it was folded
   * @param agreement from 0 to 1, of each output; 0 to leave no layer out
   * @param threshold that decides for outputs of one channel, such as probabilities
   */
  public record Goal(Graph reference, double agreement, double threshold) {
    /**
     * @throws IllegalArgumentException if the agreement is not from 0 to 1
     */
    public Goal {
      if (!(agreement >= 0 && agreement <= 1)) {
        throw new IllegalArgumentException("Agreement goes from 0 to 1, not " + agreement);
      }
    }
  }

  /** A quantized graph and what was done. */
  public record Result(Graph graph, QuantizationReport report) {}

  /**
   * Converts.
   *
   * @param graph float32; raised to opset 13 if its opset is lower. Fold it before
   * @return a graph that reaches the target; at worst the given one, with a report of no quantized
   *     layer, where no layer can be quantized without missing it
   * @throws io.repfold.graph.InvalidGraphException as {@link Quantizer#quantize} and {@link
   *     RaiseToOpset13#raise}, and if there is no sample
   */
  public static Result convert(
      Graph graph, SampleRunner runner, QuantizationOptions options, Goal goal) {
    Graph raised = RaiseToOpset13.raise(graph);
    Quantizer.plan(raised, options);
    return new Int8Conversion(raised, runner, options, goal).run();
  }

  /**
   * What int8 costs each layer by itself: in its own result, and at the outputs if it alone is
   * quantized, which is what a choice of layers to keep in float32 goes by. Channels are balanced
   * and biases corrected as the options say.
   *
   * @param goal gives the reference and the threshold; single layers are tried on the first 8
   *     samples, which run once for each layer
   * @return all nodes with weights, in the graph's order
   * @throws io.repfold.graph.InvalidGraphException as {@link #convert}
   */
  public static List<QuantizationReport.Layer> measure(
      Graph graph, SampleRunner runner, QuantizationOptions options, Goal goal) {
    Graph raised = RaiseToOpset13.raise(graph);
    Quantizer.plan(raised, options);
    return new Int8Conversion(raised, runner, options, goal).measured();
  }

  private List<QuantizationReport.Layer> measured() {
    Agreement agreement = new Agreement(goal.reference(), runner, goal.threshold(), FEW);
    Draft draft = new Draft(equalized().graph(), agreement);
    return draft.layers(Set.of(), draft.sensitivities());
  }

  private Result run() {
    Agreement agreement = new Agreement(goal.reference(), runner, goal.threshold(), FEW);
    RangeEqualizer.Result equalized = equalized();
    Draft draft = new Draft(equalized.graph(), agreement);
    Agreement.Score score = draft.score(Set.of());
    List<QuantizationReport.Trial> trials = new ArrayList<>();
    trials.add(new QuantizationReport.Trial(0, score.agreement()));
    Set<String> excluded = Set.of();
    Map<String, Agreement.Score> alone = Map.of();
    if (score.agreement() < goal.agreement()) {
      alone = draft.sensitivities();
      excluded = draft.search(alone, goal.agreement(), trials);
      score = draft.score(excluded);
    }
    QuantizationReport report =
        new QuantizationReport(
            options,
            draft.layers(excluded, alone),
            equalized.balanced(),
            agreement.samples(),
            score.agreement(),
            score.decibels(),
            trials);
    return new Result(draft.graph(excluded), report);
  }

  private RangeEqualizer.Result equalized() {
    Set<String> values = options.equalization() ? RangeEqualizer.values(original) : Set.of();
    if (values.isEmpty()) {
      return new RangeEqualizer.Result(original, List.of());
    }
    Map<String, ChannelStatistics> channels = new HashMap<>();
    runner.run(
        original,
        values,
        Integer.MAX_VALUE,
        (sample, computed) ->
            computed.forEach(
                (name, value) ->
                    channels
                        .computeIfAbsent(name, k -> new ChannelStatistics())
                        .accept(value.data(), value.shape())));
    return RangeEqualizer.equalize(original, channels);
  }

  /** A graph with its ranges and biases, of which any layers can be left out. */
  private final class Draft {
    private final Graph graph;
    private final Agreement agreement;
    private final QuantizationPlan whole;
    private final Map<String, TensorStatistics> statistics = new LinkedHashMap<>();
    private final LayerProbe probe;
    private final Map<String, Tensor> biases;

    Draft(Graph graph, Agreement agreement) {
      this.graph = graph;
      this.agreement = agreement;
      this.whole = new QuantizationPlan(graph, options);
      observe();
      Map<String, IntegerGrid> grids = Quantizer.grids(whole, statistics);
      this.probe = new LayerProbe(whole, grids);
      probe.run(runner);
      this.biases = options.biasCorrection() ? probe.correctedBiases() : Map.of();
    }

    /** Takes the statistics of what any plan may need. */
    private void observe() {
      Set<String> values = new LinkedHashSet<>();
      whole.quantized().forEach(v -> values.add(whole.source(v)));
      values.addAll(whole.quantized());
      runner.run(
          graph,
          values,
          Integer.MAX_VALUE,
          (sample, computed) ->
              computed.forEach(
                  (name, value) -> {
                    FloatBuffer data = value.data();
                    statistics.computeIfAbsent(name, k -> new TensorStatistics()).accept(data);
                  }));
    }

    private QuantizationPlan plan(Set<String> excluded) {
      Set<String> all = new HashSet<>(options.excluded());
      all.addAll(excluded);
      return new QuantizationPlan(graph, options.withExcluded(all));
    }

    Graph graph(Set<String> excluded) {
      QuantizationPlan plan = plan(excluded);
      if (plan.layers().isEmpty()) {
        return original;
      }
      return new QuantizationWriter(plan, Quantizer.grids(plan, statistics), biases).write();
    }

    Agreement.Score score(Set<String> excluded) {
      return agreement.of(graph(excluded), Integer.MAX_VALUE);
    }

    private List<String> names() {
      return whole.layers().stream().map(QuantizableLayer::output).toList();
    }

    /** What quantizing one layer alone does to the outputs. */
    Map<String, Agreement.Score> sensitivities() {
      Map<String, Agreement.Score> scores = new LinkedHashMap<>();
      for (String layer : names()) {
        Set<String> others = new HashSet<>(names());
        others.remove(layer);
        scores.put(layer, agreement.of(graph(others), FEW));
      }
      return scores;
    }

    /**
     * Few layers to leave out, those first that alone do most harm. Leaving out more need not help
     * more, so few are tried first.
     */
    Set<String> search(
        Map<String, Agreement.Score> alone, double target, List<QuantizationReport.Trial> trials) {
      List<String> order =
          alone.entrySet().stream()
              .sorted(Map.Entry.comparingByValue(MOST_HARMFUL_FIRST))
              .map(Map.Entry::getKey)
              .toList();
      int tooFew = 0;
      int enough = 1;
      while (enough < order.size() && !reaches(order.subList(0, enough), target, trials)) {
        tooFew = enough;
        enough = Math.min(order.size(), enough + Math.max(1, enough / 2));
      }
      while (enough - tooFew > 1) {
        int middle = (tooFew + enough) / 2;
        if (reaches(order.subList(0, middle), target, trials)) {
          enough = middle;
        } else {
          tooFew = middle;
        }
      }
      return Set.copyOf(order.subList(0, enough));
    }

    private boolean reaches(
        List<String> excluded, double target, List<QuantizationReport.Trial> trials) {
      double reached = score(Set.copyOf(excluded)).agreement();
      trials.add(new QuantizationReport.Trial(excluded.size(), reached));
      return reached >= target;
    }

    List<QuantizationReport.Layer> layers(
        Set<String> excluded, Map<String, Agreement.Score> alone) {
      QuantizationPlan plan = plan(excluded);
      Map<String, IntegerGrid> grids = Quantizer.grids(plan, statistics);
      String given =
          plan.layers().isEmpty()
              ? "the target was not reached with any layer in integers"
              : "quantized alone it costs most: the target was not reached with it";
      List<QuantizationReport.Layer> layers = new ArrayList<>();
      graph
          .nodes()
          .forEach(
              node -> {
                if (node.outputs().isEmpty()) {
                  return;
                }
                String name = node.output();
                String refused = plan.refused().get(name);
                boolean quantized = plan.unitOf(node).flatMap(QuantizedUnit::layer).isPresent();
                if (refused == null && !quantized) {
                  return;
                }
                String because = excluded.contains(name) ? given : refused == null ? "" : refused;
                IntegerGrid grid = quantized ? grids.get(plan.source(node.input(0))) : null;
                Agreement.Score score = alone.get(name);
                layers.add(
                    new QuantizationReport.Layer(
                        name,
                        node.op().type(),
                        quantized,
                        because,
                        grid == null ? Double.NaN : grid.scale(),
                        grid == null ? 0 : grid.zeroPoint(),
                        probe.decibels(name),
                        score == null ? Double.NaN : score.decibels(),
                        score == null ? Double.NaN : score.agreement()));
              });
      return layers;
    }
  }
}
