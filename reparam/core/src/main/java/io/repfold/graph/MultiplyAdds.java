package io.repfold.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How many multiplications with an addition one run of a graph takes, in its convolutions, matrix
 * products and Einsums; other ops and biases are not counted.
 *
 * @param byValue by the value that the node computes, in the graph's order
 * @param unknown nodes of which a size is known only at run time; they are not in {@code byValue}
 */
public record MultiplyAdds(Map<String, Long> byValue, List<String> unknown) {
  public MultiplyAdds {
    byValue = Collections.unmodifiableMap(new LinkedHashMap<>(byValue));
    unknown = List.copyOf(unknown);
  }

  /** Counts, with the sizes that follow from the graph's inputs; see {@link FixedShapes}. */
  public static MultiplyAdds of(Graph graph) {
    return of(graph, ShapeInference.infer(graph));
  }

  /**
   * Counts.
   *
   * @param types of all values, as {@link ShapeInference} gives them
   */
  public static MultiplyAdds of(Graph graph, Map<String, Value> types) {
    Map<String, Long> counts = new LinkedHashMap<>();
    List<String> unknown = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (isCounted(node.op())) {
        Optional<Long> count = count(node, types);
        count.ifPresentOrElse(
            c -> counts.put(node.output(), c), () -> unknown.add(node.describe()));
      }
    }
    return new MultiplyAdds(counts, unknown);
  }

  /**
   * The sum of those that are known.
   *
   * @throws InvalidGraphException if it is larger than 2^63
   */
  public long total() {
    try {
      return byValue.values().stream().mapToLong(Long::longValue).reduce(0, Math::addExact);
    } catch (ArithmeticException e) {
      throw new InvalidGraphException(
          "The graph takes more than 2^63 multiply-adds; give smaller input shapes");
    }
  }

  private static boolean isCounted(Op op) {
    return OpKind.CONTRACTS.includes(op);
  }

  private static Optional<Long> count(Node node, Map<String, Value> types) {
    if (node.op() instanceof Op.Einsum einsum) {
      List<long[]> shapes =
          node.inputs().stream().flatMap(input -> sizes(input, types).stream()).toList();
      return shapes.size() == node.inputs().size()
          ? Optional.of(checked(node, () -> EinsumMath.multiplyAdds(einsum, shapes)))
          : Optional.empty();
    }
    Optional<long[]> left = sizes(node.input(0), types);
    Optional<long[]> right = sizes(node.input(1), types);
    Optional<long[]> result = sizes(node.output(), types);
    if (left.isEmpty() || right.isEmpty() || result.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        checked(node, () -> count(node.op(), left.get(), right.get(), result.get())));
  }

  private static long checked(Node node, LongSupplier count) {
    try {
      return count.getAsLong();
    } catch (ArithmeticException e) {
      throw new InvalidGraphException(
          node.describe() + " takes more than 2^63 multiply-adds; give smaller input shapes");
    }
  }

  private static long count(Op op, long[] left, long[] right, long[] result) {
    if (op instanceof Op.ConvTranspose) {
      return Math.multiplyExact(Tensor.count(left), kernel(right));
    }
    if (op instanceof Op.Conv) {
      return Math.multiplyExact(Tensor.count(result), kernel(right));
    }
    boolean transposed = op instanceof Op.Gemm gemm && gemm.transA();
    return Math.multiplyExact(Tensor.count(result), left[transposed ? 0 : left.length - 1]);
  }

  /** Weights that one element of a feature map meets: all axes but the first. */
  private static long kernel(long... weight) {
    long count = 1;
    for (int axis = 1; axis < weight.length; axis++) {
      count = Math.multiplyExact(count, weight[axis]);
    }
    return count;
  }

  private static Optional<long[]> sizes(String value, Map<String, Value> types) {
    return Optional.ofNullable(types.get(value)).flatMap(Value::shape).flatMap(Shape::sizes);
  }
}
