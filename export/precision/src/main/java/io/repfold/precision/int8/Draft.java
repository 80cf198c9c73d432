package io.repfold.precision.int8;

import io.repfold.graph.Graph;
import io.repfold.graph.Tensor;
import io.repfold.precision.SampleRunner;
import java.nio.FloatBuffer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A graph with its ranges and biases, of which any layers can be left out. */
final class Draft {
  private final Graph graph;
  private final Graph original;
  private final QuantizationOptions options;
  private final QuantizationPlan whole;
  private final Map<String, TensorStatistics> statistics = new LinkedHashMap<>();
  private final LayerProbe probe;
  private final Map<String, Tensor> biases;
  private final Set<String> slow;

  private Draft(
      Graph graph,
      Graph original,
      QuantizationOptions options,
      QuantizationPlan whole,
      Map<String, TensorStatistics> statistics,
      LayerProbe probe,
      Map<String, Tensor> biases,
      Set<String> slow) {
    this.graph = graph;
    this.original = original;
    this.options = options;
    this.whole = whole;
    this.statistics.putAll(statistics);
    this.probe = probe;
    this.biases = biases;
    this.slow = slow;
  }

  /**
   * Runs all samples, to take the statistics of what any plan may need and the errors of the
   * layers.
   *
   * @param graph the original with balanced channels, or as it is
   */
  static Draft of(Graph graph, Graph original, QuantizationOptions options, SampleRunner runner) {
    QuantizationPlan whole = new QuantizationPlan(graph, options);
    Set<String> values = new LinkedHashSet<>();
    whole.quantized().forEach(v -> values.add(whole.source(v)));
    values.addAll(whole.quantized());
    Map<String, TensorStatistics> statistics = new LinkedHashMap<>();
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
    LayerProbe probe = new LayerProbe(whole, Quantizer.grids(whole, statistics));
    probe.run(runner);
    return new Draft(graph, original, options, whole, statistics, probe, Map.of(), Set.of());
  }

  /** With biases that take back the mean errors. */
  Draft withCorrectedBiases() {
    return new Draft(
        graph, original, options, whole, statistics, probe, probe.correctedBiases(), slow);
  }

  /** With layers that stay float32 whatever else does, because integers do not pay there. */
  Draft withFloat32(Set<String> layers) {
    return new Draft(graph, original, options, whole, statistics, probe, biases, layers);
  }

  /** Layers in which integers do not pay. */
  Set<String> slow() {
    return slow;
  }

  boolean hasCorrectedBiases() {
    return !biases.isEmpty();
  }

  QuantizationPlan plan(Set<String> excluded) {
    Set<String> all = new HashSet<>(options.excluded());
    all.addAll(excluded);
    all.addAll(slow);
    return new QuantizationPlan(graph, options.withExcluded(all));
  }

  /** The graph with these layers in float32; the original if no layer is left. */
  Graph graph(Set<String> excluded) {
    QuantizationPlan plan = plan(excluded);
    if (plan.layers().isEmpty()) {
      return original;
    }
    return new QuantizationWriter(plan, grids(plan), biases).write();
  }

  /** The graph in which this layer alone computes in integers. */
  Graph only(String layer) {
    Set<String> others = new HashSet<>(layers());
    others.remove(layer);
    return graph(others);
  }

  Map<String, IntegerGrid> grids(QuantizationPlan plan) {
    return Quantizer.grids(plan, statistics);
  }

  /** All that can be quantized, by output, in the graph's order. */
  List<String> layers() {
    return whole.layers().stream()
        .map(QuantizableLayer::output)
        .filter(layer -> !slow.contains(layer))
        .toList();
  }

  /** A layer's own result by its error, with exact inputs; NaN if it was not measured. */
  double decibels(String layer) {
    return probe.decibels(layer);
  }

  /** All nodes that have names, in order. */
  Graph unquantized() {
    return graph;
  }
}
