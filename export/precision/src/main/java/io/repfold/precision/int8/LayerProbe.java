package io.repfold.precision.int8;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.precision.Agreement;
import io.repfold.precision.SampleRunner;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Measures what rounding does to each layer by itself: beside the layer, a copy with rounded input
 * and weight reads the same exact input. So the errors of earlier layers do not count, and those at
 * the border of an image do.
 */
final class LayerProbe {
  private static final String PREFIX = "probe of ";

  private final QuantizationPlan plan;
  private final Map<String, IntegerGrid> grids;
  private final Set<String> withBias = new HashSet<>();
  private final Map<String, ChannelStatistics> errors = new HashMap<>();
  private final Map<String, ChannelStatistics> results = new HashMap<>();

  LayerProbe(QuantizationPlan plan, Map<String, IntegerGrid> grids) {
    this.plan = plan;
    this.grids = grids;
    for (QuantizableLayer layer : plan.layers()) {
      if (layer.takesBias()) {
        withBias.add(layer.output());
      }
    }
  }

  void run(SampleRunner runner) {
    Graph graph = plan.graph();
    Graph.Builder probes = graph.toBuilder();
    List<Node> nodes = new ArrayList<>(graph.nodes());
    Set<String> wanted = new LinkedHashSet<>();
    for (QuantizableLayer layer : plan.layers()) {
      append(layer, probes, nodes);
      wanted.add(PREFIX + layer.output());
      wanted.add(layer.output());
    }
    Graph probed = probes.replaceNodes(nodes).build();
    runner.run(
        probed,
        wanted,
        Integer.MAX_VALUE,
        (sample, values) ->
            values.forEach(
                (name, computed) -> {
                  boolean error = name.startsWith(PREFIX);
                  String layer = error ? name.substring(PREFIX.length()) : name;
                  (error ? errors : results)
                      .computeIfAbsent(layer, k -> new ChannelStatistics())
                      .accept(computed.data(), byChannel(layer, computed));
                }));
  }

  /** Axis 1 of what takes a bias is its channels; a product of matrices is taken as one channel. */
  private long[] byChannel(String layer, SampleRunner.Computed computed) {
    return withBias.contains(layer)
        ? computed.shape()
        : new long[] {1, 1, computed.data().remaining()};
  }

  private void append(QuantizableLayer layer, Graph.Builder graph, List<Node> nodes) {
    String name = PREFIX + layer.output();
    IntegerGrid grid = Objects.requireNonNull(grids.get(plan.source(layer.input())));
    QuantizedWeight weight = QuantizedWeight.of(layer, layer.bias(), grid.scale(), plan.options());
    graph.initializer(name + " scale", Tensor.ofFloats(new float[] {grid.scale()}));
    graph.initializer(
        name + " zero", Tensor.ofDoubles(grid.type(), new double[] {grid.zeroPoint()}));
    graph.initializer(
        name + " weight",
        Tensor.ofDoubles(layer.weight().type(), weight.rounded(), layer.weight().dims()));
    List<String> steps = List.of(name + " scale", name + " zero");
    add(nodes, new Op.QuantizeLinear(1, Optional.empty()), layer.input(), steps, name + " q");
    add(nodes, new Op.DequantizeLinear(1, Optional.empty()), name + " q", steps, name + " x");
    List<String> inputs = new ArrayList<>(List.of(name + " x", name + " weight"));
    layer.node().inputs().stream().skip(2).forEach(inputs::add);
    nodes.add(new Node("", layer.node().op(), inputs, List.of(name + " y")));
    nodes.add(
        new Node(
            "",
            new Op.Binary(Op.Binary.Function.SUB),
            List.of(name + " y", layer.output()),
            List.of(name)));
    graph.declare(new Value(name, Optional.of(layer.weight().type()), Optional.empty()));
  }

  private static void add(List<Node> nodes, Op op, String value, List<String> more, String output) {
    List<String> inputs = new ArrayList<>(List.of(value));
    inputs.addAll(more);
    nodes.add(new Node("", op, inputs, List.of(output)));
  }

  /** The energy of a layer's result against that of its error; NaN if it was not measured. */
  double decibels(String layer) {
    ChannelStatistics error = errors.get(layer);
    ChannelStatistics result = results.get(layer);
    return error == null || result == null
        ? Double.NaN
        : Agreement.decibels(result.sumOfSquares(), error.sumOfSquares());
  }

  /** Biases that take back each channel's mean error, by the layer's output. */
  Map<String, Tensor> correctedBiases() {
    Map<String, Tensor> corrected = new LinkedHashMap<>();
    for (QuantizableLayer layer : plan.layers()) {
      ChannelStatistics error = errors.get(layer.output());
      if (error != null && layer.takesBias()) {
        double[] bias =
            layer.bias().map(Tensor::toDoubles).orElseGet(() -> new double[error.channels()]);
        for (int i = 0; i < bias.length; i++) {
          bias[i] -= error.mean(i);
        }
        corrected.put(layer.output(), Tensor.ofDoubles(layer.weight().type(), bias, bias.length));
      }
    }
    return corrected;
  }
}
