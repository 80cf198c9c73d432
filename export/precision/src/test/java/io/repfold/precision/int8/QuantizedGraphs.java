package io.repfold.precision.int8;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Value;
import io.repfold.kit.Layers;
import io.repfold.kit.Tensors;
import io.repfold.kit.Values;
import io.repfold.precision.Agreement;
import io.repfold.precision.InterpretedSamples;
import io.repfold.precision.SampleRunner;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Small graphs to quantize, and samples for them. */
public final class QuantizedGraphs {

  private QuantizedGraphs() {}

  /** Conv, Relu, Conv, Relu, Conv from 3 channels to 8, 8 and 5. */
  public static Graph chain(long seed) {
    Graph.Builder graph = new Graph.Builder("chain").input(Value.float32("x", 1, 3, 9, 7));
    SplittableRandom random = new SplittableRandom(seed);
    conv(graph, random, "x", "a", 3, 8);
    Layers.relu(graph, "a", "ar");
    conv(graph, random, "ar", "b", 8, 8);
    Layers.relu(graph, "b", "br");
    conv(graph, random, "br", "c", 8, 5);
    return graph.output(Values.float32("c")).build();
  }

  /** Conv, Relu; then Conv plus what the Relu gave, Relu, Conv. */
  public static Graph residual(long seed) {
    Graph.Builder graph = new Graph.Builder("residual").input(Value.float32("x", 1, 3, 9, 7));
    SplittableRandom random = new SplittableRandom(seed);
    conv(graph, random, "x", "a", 3, 6);
    Layers.relu(graph, "a", "ar");
    conv(graph, random, "ar", "b", 6, 6);
    graph.node(Layers.ADD, List.of("b", "ar"), "sum");
    Layers.relu(graph, "sum", "sr");
    conv(graph, random, "sr", "c", 6, 4);
    return graph.output(Values.float32("c")).build();
  }

  public static void conv(
      Graph.Builder graph, SplittableRandom random, String from, String to, int in, int out) {
    graph
        .initializer(to + "w", Tensors.random(random, 1 / Math.sqrt(3.0 * in), out, in, 3, 3))
        .initializer(to + "b", Tensors.random(random, 0.5, out))
        .node(Layers.PADDED_CONV, List.of(from, to + "w", to + "b"), to);
  }

  public static InterpretedSamples samples(int count) {
    return samples(count, 1, 3, 9, 7);
  }

  public static InterpretedSamples samples(int count, int... dims) {
    SplittableRandom random = new SplittableRandom(77);
    List<NdArray> samples = new ArrayList<>();
    int size = java.util.Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    for (int i = 0; i < count; i++) {
      samples.add(new NdArray(ElementType.FLOAT, dims, random.doubles(size, -1, 1).toArray()));
    }
    return new InterpretedSamples("x", samples);
  }

  /** Statistics of everything that quantizing may ask for. */
  public static Map<String, TensorStatistics> statistics(
      Graph graph, SampleRunner runner, QuantizationOptions options) {
    Map<String, TensorStatistics> statistics = new java.util.HashMap<>();
    runner.run(
        graph,
        Quantizer.values(graph, options),
        Integer.MAX_VALUE,
        (sample, values) ->
            values.forEach(
                (name, computed) ->
                    statistics
                        .computeIfAbsent(name, k -> new TensorStatistics())
                        .accept(computed.data())));
    return statistics;
  }

  public static Graph quantized(Graph graph, QuantizationOptions options) {
    SampleRunner runner = samples(4);
    return Quantizer.quantize(graph, statistics(graph, runner, options), options);
  }

  /** The energy of an output against that of its error, in decibels. */
  public static double decibels(Graph before, Graph after, NdArray sample) {
    double signal = 0;
    double error = 0;
    Map<String, NdArray> wanted = new Interpreter(before).run(Map.of("x", sample));
    for (var output : new Interpreter(after).run(Map.of("x", sample)).entrySet()) {
      double[] expected = wanted.get(output.getKey()).data();
      for (int i = 0; i < expected.length; i++) {
        signal += expected[i] * expected[i];
        error += Math.pow(expected[i] - output.getValue().data()[i], 2);
      }
    }
    return Agreement.decibels(signal, error);
  }

  /** The ops on the way to a value, as text: {@code Conv < DequantizeLinear < ...}. */
  public static List<String> ops(Graph graph) {
    return graph.nodes().stream().map(Node::op).map(Op::type).toList();
  }
}
