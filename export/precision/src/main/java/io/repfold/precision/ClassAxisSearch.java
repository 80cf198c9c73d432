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
import org.jspecify.annotations.Nullable;

/**
 * Walks back from a value to what says where its classes are, and from there follows the axis to
 * where the nodes behind put it.
 */
final class ClassAxisSearch {
  private final Graph graph;

  /** Of the values that a Concat joins, which several may read. */
  private final Map<String, Optional<Integer>> known = new HashMap<>();

  private @Nullable Map<String, Value> types;

  ClassAxisSearch(Graph graph) {
    this.graph = graph;
  }

  /**
   * The axis, which counts from behind if it is negative; empty if nothing says anything, so that
   * it is the usual one.
   */
  Optional<Integer> of(String value) {
    Deque<Node> movers = new ArrayDeque<>();
    Optional<Integer> axis = Optional.empty();
    Optional<Node> node = graph.producer(value);
    while (node.isPresent()) {
      axis = said(node.get());
      if (axis.isPresent()) {
        break;
      }
      if (moves(node.get().op())) {
        movers.push(node.get());
      }
      node = before(node.get()).flatMap(graph::producer);
    }
    for (Node mover : movers) {
      // Where the axis is lost, the next one is where the classes usually are.
      axis = moved(axis.orElse(ClassAxes.USUAL), mover);
    }
    return axis;
  }

  private Optional<Integer> said(Node node) {
    return OpKind.JOINS.includes(node.op()) ? ofJoined(node) : own(node);
  }

  /** The axis along which a node weighs its elements against each other, or its weights do. */
  private Optional<Integer> own(Node node) {
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
    return weighs && isOfVectors(node.output()) ? Optional.of(-1) : Optional.empty();
  }

  /** The axis on which all have their classes, if they are joined along another. */
  private Optional<Integer> ofJoined(Node node) {
    Optional<Integer> rank = shape(node.output()).map(Shape::rank);
    if (rank.isEmpty() || !(node.op() instanceof Op.Concat concat)) {
      return Optional.empty();
    }
    List<Integer> axes =
        node.inputs().stream()
            .filter(input -> graph.constant(input).isEmpty())
            .map(input -> fromFront(ofInput(input).orElse(ClassAxes.USUAL), rank.get()))
            .distinct()
            .toList();
    boolean kept = axes.size() == 1 && axes.get(0) != fromFront(concat.axis(), rank.get());
    return kept ? Optional.of(axes.get(0)) : Optional.empty();
  }

  private Optional<Integer> ofInput(String value) {
    Optional<Integer> found = known.get(value);
    if (found == null) {
      found = of(value);
      known.put(value, found);
    }
    return found;
  }

  static int fromFront(int axis, int rank) {
    return axis < 0 ? axis + rank : axis;
  }

  static boolean moves(Op op) {
    return op instanceof Op.Transpose || OpKind.RESHAPES.includes(op);
  }

  /** The input of a node that leaves axes where they are, or of one that moves them. */
  private Optional<String> before(Node node) {
    Op op = node.op();
    boolean same = op instanceof Op.Transpose || op instanceof Op.Pad || op instanceof Op.Slice;
    return switch (OpKind.of(op)) {
      case MAPS, CONVERTS, PASSES, DROPS, RESIZES, POOLS, NORMALIZES, QUANTIZES, RESHAPES ->
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
  private boolean isOfVectors(String value) {
    return shape(value).map(Shape::rank).filter(rank -> rank <= 3).isPresent();
  }

  Optional<Shape> shape(String value) {
    return value(value).flatMap(Value::shape);
  }

  /** What is inferred of a value. */
  Optional<Value> value(String name) {
    Map<String, Value> inferred = types == null ? ShapeInference.infer(graph) : types;
    types = inferred;
    return Optional.ofNullable(inferred.get(name));
  }

  /** Where a Transpose or a new shape puts an axis; empty if it is no axis of its own any more. */
  Optional<Integer> moved(int axis, Node mover) {
    if (mover.op() instanceof Op.Transpose transpose) {
      return moved(axis, transpose.permutation());
    }
    Optional<Shape> from = shape(mover.input(0));
    Optional<Shape> to = shape(mover.output());
    return from.isPresent() && to.isPresent()
        ? KeptAxis.of(fromFront(axis, from.get().rank()), from.get(), to.get())
        : Optional.empty();
  }

  private static Optional<Integer> moved(int axis, List<Integer> permutation) {
    if (permutation.isEmpty()) {
      return Optional.of(-1 - axis);
    }
    int place = permutation.indexOf(fromFront(axis, permutation.size()));
    return place < 0 ? Optional.empty() : Optional.of(place);
  }
}
