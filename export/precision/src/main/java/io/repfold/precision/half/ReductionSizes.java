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
    if (op instanceof Op.AveragePool pool) {
      return Optional.of(pool.kernel().stream().mapToLong(k -> k).reduce(1, (a, b) -> a * b));
    }
    if (op instanceof Op.CumSum || normalizesByItsInput(op)) {
      return Optional.of(UNKNOWN);
    }
    if (!(op instanceof Op.GlobalAveragePool
        || op instanceof Op.Softmax
        || op instanceof Op.LogSoftmax
        || isSum(op))) {
      return Optional.empty();
    }
    Optional<Shape> shape = ports.known(node.input(0)).flatMap(Value::shape);
    return Optional.of(shape.map(x -> elements(ports, node, x)).orElse(UNKNOWN));
  }

  private static boolean normalizesByItsInput(Op op) {
    return OpKind.NORMALIZES.includes(op) && !(op instanceof Op.BatchNormalization);
  }

  private static boolean isSum(Op op) {
    return op instanceof Op.Reduce reduce && reduce.function().accumulates();
  }

  private static long elements(FloatValues ports, Node node, Shape x) {
    int rank = x.rank();
    if (node.op() instanceof Op.GlobalAveragePool) {
      return product(x, IntStream.range(Math.min(2, rank), rank));
    }
    if (node.op() instanceof Op.Softmax softmax) {
      return product(x, axes(softmax.axis(), softmax.flattens(), rank));
    }
    if (node.op() instanceof Op.LogSoftmax softmax) {
      return product(x, axes(softmax.axis(), softmax.flattens(), rank));
    }
    Op.Reduce reduce = (Op.Reduce) node.op();
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
