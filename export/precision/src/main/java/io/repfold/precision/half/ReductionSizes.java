package io.repfold.precision.half;

import io.repfold.graph.Dim;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.OpKind;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.precision.FloatValues;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/** How many elements a node adds up or multiplies into one. */
final class ReductionSizes {
  /** In place of a number that depends on the input. */
  static final long UNKNOWN = Long.MAX_VALUE;

  private ReductionSizes() {}

  /**
   * The number of elements, or {@link #UNKNOWN}; empty if the node reduces nothing. Convolutions
   * and matrix products, which every kernel sums in float32, are not among them.
   */
  static Optional<Long> of(FloatValues ports, Node node) {
    Op op = node.op();
    return switch (OpKind.of(op)) {
      case POOLS -> pooled(ports, node);
      case COMPETES ->
          op instanceof Op.Hardmax
              ? Optional.empty()
              : Optional.of(elements(ports, node, x -> product(x, axes(op, x.rank()))));
      case REDUCES ->
          op instanceof Op.Reduce reduce && reduce.function().accumulates()
              ? Optional.of(elements(ports, node, x -> reduced(ports, node, reduce, x)))
              : Optional.empty();
      case NORMALIZES ->
          op instanceof Op.BatchNormalization ? Optional.empty() : Optional.of(UNKNOWN);
      case ACCUMULATES -> Optional.of(UNKNOWN);
      case CONTRACTS,
          MAPS,
          COMBINES,
          RESIZES,
          RESHAPES,
          MOVES,
          REARRANGES,
          JOINS,
          PICKS,
          PASSES,
          DROPS,
          CONVERTS,
          QUANTIZES,
          MEASURES,
          GENERATES,
          OPAQUE ->
          Optional.empty();
    };
  }

  /** Of an average; a maximum adds up nothing. Another pool is taken for a sum. */
  private static Optional<Long> pooled(FloatValues ports, Node node) {
    Op op = node.op();
    if (op instanceof Op.MaxPool || op instanceof Op.MaxUnpool) {
      return Optional.empty();
    }
    if (op instanceof Op.AveragePool pool) {
      return Optional.of(pool.kernel().stream().mapToLong(k -> k).reduce(1, (a, b) -> a * b));
    }
    return op instanceof Op.GlobalAveragePool
        ? Optional.of(
            elements(
                ports, node, x -> product(x, IntStream.range(Math.min(2, x.rank()), x.rank()))))
        : Optional.of(UNKNOWN);
  }

  private static long elements(FloatValues ports, Node node, ToLongFunction<Shape> count) {
    Optional<Shape> shape = ports.known(node.input(0)).flatMap(Value::shape);
    return shape.isPresent() ? count.applyAsLong(shape.get()) : UNKNOWN;
  }

  /** Those that a softmax sums over: all, if it is none that is known. */
  private static IntStream axes(Op op, int rank) {
    if (op instanceof Op.Softmax softmax) {
      return axes(softmax.axis(), softmax.flattens(), rank);
    }
    return op instanceof Op.LogSoftmax softmax
        ? axes(softmax.axis(), softmax.flattens(), rank)
        : IntStream.range(0, rank);
  }

  private static long reduced(FloatValues ports, Node node, Op.Reduce reduce, Shape x) {
    int rank = x.rank();
    Optional<List<Integer>> axes = axes(ports, node, reduce);
    if (axes.isEmpty()) {
      return UNKNOWN;
    }
    if (axes.get().isEmpty()) {
      return reduce.noopWithoutAxes() ? 1 : product(x, IntStream.range(0, rank));
    }
    return product(x, axes.get().stream().mapToInt(a -> a < 0 ? a + rank : a));
  }

  private static IntStream axes(int given, boolean flattens, int rank) {
    int axis = given < 0 ? given + rank : given;
    return flattens ? IntStream.range(axis, rank) : IntStream.of(axis);
  }

  /** The axes if they are known; none for all. */
  private static Optional<List<Integer>> axes(FloatValues ports, Node node, Op.Reduce reduce) {
    if (reduce.axes().isPresent() || node.input(1).isEmpty()) {
      return Optional.of(reduce.axes().orElse(List.of()));
    }
    return ports
        .graph()
        .constant(node.input(1))
        .map(Tensor::toLongs)
        .map(axes -> Arrays.stream(axes).mapToObj(Math::toIntExact).toList());
  }

  private static long product(Shape x, IntStream axes) {
    long product = 1;
    for (int axis : axes.toArray()) {
      if (!(x.dim(axis) instanceof Dim.Known known)) {
        return UNKNOWN;
      }
      product *= known.size();
    }
    return product;
  }
}
