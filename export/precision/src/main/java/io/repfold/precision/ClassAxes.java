package io.repfold.precision;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * On which axis of a graph's outputs the classes lie: that of the Softmax which computes an output,
 * or the last one of a product of vectors with weights, as in models that read text; where a
 * Transpose puts them, as in images with channels last; or else axis 1.
 *
 * @param found by output name, where it may be another axis than 1; negative ones count from behind
 */
public record ClassAxes(Map<String, Integer> found) {
  private static final int USUAL = 1;

  public ClassAxes {
    found = Map.copyOf(found);
  }

  /** Those of a graph. */
  public static ClassAxes of(Graph graph) {
    Map<String, Integer> axes = new HashMap<>();
    for (Value output : graph.outputs()) {
      before(graph, output.name()).ifPresent(axis -> axes.put(output.name(), axis));
    }
    return new ClassAxes(axes);
  }

  /** The axis of what a node computes, through nodes that leave the axes where they are. */
  private static Optional<Integer> before(Graph graph, String value) {
    Optional<Node> producer = graph.producer(value);
    if (producer.isEmpty()) {
      return Optional.empty();
    }
    Node node = producer.get();
    Op op = node.op();
    if (op instanceof Op.Softmax softmax) {
      return Optional.of(softmax.axis());
    }
    if (op instanceof Op.LogSoftmax softmax) {
      return Optional.of(softmax.axis());
    }
    if (op instanceof Op.MatMul && graph.constant(node.input(1)).isPresent()) {
      return isOfVectors(graph, value) ? Optional.of(-1) : Optional.empty();
    }
    if (op instanceof Op.Transpose transpose) {
      return moved(before(graph, node.input(0)).orElse(USUAL), transpose.permutation());
    }
    boolean same =
        op instanceof Op.Unary
            || op instanceof Op.Cast
            || op instanceof Op.Identity
            || op instanceof Op.Clip
            || op instanceof Op.Resize;
    if (same) {
      return before(graph, node.input(0));
    }
    return op instanceof Op.Binary
        ? before(graph, node.input(graph.constant(node.input(0)).isPresent() ? 1 : 0))
        : Optional.empty();
  }

  /** Products of images are interpolations. */
  private static boolean isOfVectors(Graph graph, String value) {
    return Optional.ofNullable(ShapeInference.infer(graph).get(value))
        .flatMap(Value::shape)
        .map(Shape::rank)
        .filter(rank -> rank <= 3)
        .isPresent();
  }

  private static Optional<Integer> moved(int axis, List<Integer> permutation) {
    if (permutation.isEmpty()) {
      return Optional.of(-1 - axis);
    }
    int place = permutation.indexOf(axis < 0 ? axis + permutation.size() : axis);
    return place < 0 ? Optional.empty() : Optional.of(place);
  }

  /** The axis of an output of some rank, from 0. */
  public int of(String output, int rank) {
    int axis = found.getOrDefault(output, USUAL);
    return axis < 0 ? axis + rank : axis;
  }
}
