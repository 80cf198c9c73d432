package io.repfold.precision;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Rounding;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Inputs;
import io.repfold.kit.Layers;
import io.repfold.kit.Tensors;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Small graphs and what tests ask of them. */
public final class Graphs {
  public static final Op SOFTMAX = new Op.Softmax(1, false);

  /** Nearest neighbors, for inputs X, roi, scales, sizes. */
  public static final Op RESIZE =
      new Op.Resize(
          "nearest", "asymmetric", "floor", -0.75f, false, 0, false, List.of(), "stretch", false);

  private Graphs() {}

  /** A graph with an input {@code x} of four channels. */
  public static Graph.Builder images(int height, int width) {
    return new Graph.Builder("g").input(Value.float32("x", 1, 4, height, width));
  }

  /** Adds a 1x1 convolution of four channels. */
  public static Graph.Builder conv(
      Graph.Builder graph, String input, String output, double magnitude) {
    var random = new SplittableRandom(output.hashCode());
    Tensor weight = Tensors.random(random, magnitude, 4, 4, 1, 1);
    return Layers.conv(graph, Layers.CONV, input, output, weight);
  }

  /** Adds a normalization of four channels. */
  public static Graph.Builder norm(
      Graph.Builder graph, String input, String output, double mean, double variance) {
    return Layers.norm(
        graph,
        input,
        output,
        Tensors.filled(1.5, 4),
        Tensors.filled(0.25, 4),
        Tensors.filled(mean, 4),
        Tensors.filled(variance, 4));
  }

  public static ElementType type(Graph graph, String value) {
    return ShapeInference.infer(graph).get(value).type().orElseThrow();
  }

  public static List<Node> casts(Graph graph) {
    return graph.nodes().stream().filter(node -> node.op() instanceof Op.Cast).toList();
  }

  /** The value {@code y} for an input of numbers from -1 to 1. */
  public static double[] run(Graph graph, Rounding rounding) {
    return runAll(graph, rounding).get("y").data();
  }

  public static Map<String, NdArray> runAll(Graph graph, Rounding rounding) {
    return new Interpreter(graph, rounding).runAll(Inputs.random(graph, 7, 1));
  }
}
