package io.repfold.precision;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Rounding;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.Window;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** Small graphs and what tests ask of them. */
final class Graphs {
  static final Op RELU = new Op.Unary(Op.Unary.Function.RELU);
  static final Op ADD = new Op.Binary(Op.Binary.Function.ADD);
  static final Op MUL = new Op.Binary(Op.Binary.Function.MUL);
  static final Op SOFTMAX = new Op.Softmax(1, false);
  static final Op CONV = new Op.Conv(Window.DEFAULT, 1);
  static final Op NORM = new Op.BatchNormalization(1e-5f, 0.9f, false);

  /** Nearest neighbours, for inputs X, roi, scales, sizes. */
  static final Op RESIZE =
      new Op.Resize(
          "nearest", "asymmetric", "floor", -0.75f, false, 0, false, List.of(), "stretch", false);

  private Graphs() {}

  static Shape shape(long... dims) {
    return Shape.of(dims);
  }

  /** A graph with an input {@code x} of four channels. */
  static Graph.Builder images(int height, int width) {
    return new Graph.Builder("g").input(Value.float32("x", 1, 4, height, width));
  }

  /** Adds a 1x1 convolution of four channels. */
  static Graph.Builder conv(Graph.Builder graph, String input, String output, double magnitude) {
    var random = new SplittableRandom(output.hashCode());
    return graph
        .initializer(output + ".weight", random(random, magnitude, 4, 4, 1, 1))
        .node(CONV, List.of(input, output + ".weight"), output);
  }

  /** Adds a normalization of four channels. */
  static Graph.Builder norm(
      Graph.Builder graph, String input, String output, double mean, double variance) {
    return graph
        .initializer(output + ".gamma", filled(1.5))
        .initializer(output + ".beta", filled(0.25))
        .initializer(output + ".mean", filled(mean))
        .initializer(output + ".variance", filled(variance))
        .node(
            NORM,
            List.of(
                input, output + ".gamma", output + ".beta", output + ".mean", output + ".variance"),
            output);
  }

  static Tensor filled(double value) {
    double[] values = new double[4];
    Arrays.fill(values, value);
    return Tensor.ofDoubles(ElementType.FLOAT, values, 4);
  }

  static Tensor random(SplittableRandom random, double magnitude, long... dims) {
    int count = Math.toIntExact(Tensor.count(dims));
    return Tensor.ofDoubles(
        ElementType.FLOAT, random.doubles(count, -magnitude, magnitude).toArray(), dims);
  }

  static Value output(String name) {
    return new Value(name, Optional.of(ElementType.FLOAT), Optional.empty());
  }

  static ElementType type(Graph graph, String value) {
    return ShapeInference.infer(graph).get(value).type().orElseThrow();
  }

  static List<Node> casts(Graph graph) {
    return graph.nodes().stream().filter(node -> node.op() instanceof Op.Cast).toList();
  }

  /** The value {@code y} for an input of numbers from -1 to 1. */
  static double[] run(Graph graph, Rounding rounding) {
    return runAll(graph, rounding).get("y").data();
  }

  static Map<String, NdArray> runAll(Graph graph, Rounding rounding) {
    long[] shape = graph.inputs().get(0).shape().orElseThrow().sizes().orElseThrow();
    int[] dims = Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
    double[] data = new SplittableRandom(7).doubles(Tensor.count(shape), -1, 1).toArray();
    return new Interpreter(graph, rounding).runAll(Map.of("x", NdArray.of(data, dims)));
  }

  /** The largest difference as a fraction of the largest expected magnitude. */
  static double difference(double[] expected, double[] found) {
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      double error = Math.abs(expected[i] - found[i]);
      difference = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(difference, error);
    }
    return difference / largest;
  }
}
