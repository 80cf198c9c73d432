package io.repfold.precision;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.OpKind;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Value;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * On which axis of a graph's outputs the classes lie: that of the Softmax or Hardmax before it, or
 * the last one of a product of vectors with weights, as in models that read text; where a Transpose
 * puts them, as in images with channels last; or else axis 1.
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
      of(graph, output.name()).ifPresent(axis -> axes.put(output.name(), axis));
    }
    return new ClassAxes(axes);
  }

  /** Walks back to what says where the classes are, and moves the axis as the Transposes do. */
  private static Optional<Integer> of(Graph graph, String output) {
    Deque<List<Integer>> permutations = new ArrayDeque<>();
    Optional<Integer> own = Optional.empty();
    Optional<Node> node = graph.producer(output);
    while (node.isPresent()) {
      own = own(graph, node.get());
      if (own.isPresent()) {
        break;
      }
      if (node.get().op() instanceof Op.Transpose transpose) {
        permutations.push(transpose.permutation());
      }
      node = before(graph, node.get()).flatMap(graph::producer);
    }
    if (own.isEmpty() && permutations.isEmpty()) {
      return own;
    }
    Optional<Integer> axis = own.or(() -> Optional.of(USUAL));
    for (List<Integer> permutation : permutations) {
      axis = axis.flatMap(found -> moved(found, permutation));
    }
    return axis;
  }

  /** The axis along which a node weighs its elements against each other, or its weights do. */
  private static Optional<Integer> own(Graph graph, Node node) {
    if (node.op() instanceof Op.Softmax softmax) {
      return Optional.of(softmax.axis());
    }
    if (node.op() instanceof Op.LogSoftmax softmax) {
      return Optional.of(softmax.axis());
    }
    if (node.op() instanceof Op.Hardmax hardmax) {
      return Optional.of(hardmax.axis());
    }
    boolean weighs = node.op() instanceof Op.MatMul && graph.constant(node.input(1)).isPresent();
    return weighs && isOfVectors(graph, node.output()) ? Optional.of(-1) : Optional.empty();
  }

  /** The input of a node that leaves axes where they are, but for a Transpose. */
  private static Optional<String> before(Graph graph, Node node) {
    Op op = node.op();
    boolean same = op instanceof Op.Transpose || op instanceof Op.Pad || op instanceof Op.Slice;
    return switch (OpKind.of(op)) {
      case MAPS, CONVERTS, PASSES, DROPS, RESIZES, POOLS, NORMALIZES, QUANTIZES ->
          Optional.of(node.input(0));
      case COMBINES ->
          node.inputs().stream()
              .skip(op instanceof Op.Where ? 1 : 0)
              .filter(input -> graph.constant(input).isEmpty())
              .findFirst();
      default -> same ? Optional.of(node.input(0)) : Optional.empty();
    };
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
