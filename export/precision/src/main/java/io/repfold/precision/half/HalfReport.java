package io.repfold.precision.half;

import io.repfold.graph.ElementType;
import io.repfold.precision.Range;
import java.util.List;

/**
 * What became of a graph in half precision.
 *
 * @param type FLOAT16 or BFLOAT16
 * @param opset of the result; higher than before where the half type asks for it
 * @param halfNodes nodes that compute in the half type
 * @param islands nodes that stay float32, in the graph's order
 * @param exceeding values that the half type does not hold, in the graph's order; empty if no
 *     ranges were given
 * @param casts Casts that were added
 * @param weightBytes bytes of initializers and Constants before
 * @param halfWeightBytes the same after
 */
public record HalfReport(
    ElementType type,
    int opset,
    int halfNodes,
    List<Island> islands,
    List<Exceeding> exceeding,
    int casts,
    long weightBytes,
    long halfWeightBytes) {

  public HalfReport {
    islands = List.copyOf(islands);
    exceeding = List.copyOf(exceeding);
  }

  /** Why a node stays float32. */
  public enum Cause {
    /** It is no op whose types are known, or it reads a value whose type is not known. */
    UNKNOWN,
    /** A BatchNormalization that was not folded. */
    NORMALIZATION,
    /** It computes sizes, indices or scales. */
    SIZES,
    /** A function that makes large errors of small ones: exponentials, logarithms, quotients. */
    FUNCTION,
    /** It sums many elements. */
    REDUCTION,
    /** A value that it reads or computes is out of the half type's range. */
    RANGE,
    /** A constant that it reads does not fit the half type. */
    WEIGHTS,
    /** The caller wants it. */
    REQUESTED,
    /** It is light work between nodes that stay float32: Casts would cost more than it saves. */
    NEIGHBORS
  }

  /**
   * A node that stays float32.
   *
   * @param node op and name, such as {@code Softmax 'probabilities'}
   * @param output its first output
   * @param because in words, for people
   */
  public record Island(String node, String output, Cause cause, String because) {}

  /**
   * A value that would be infinite in the half type.
   *
   * @param range over the sample data
   * @param certain whether it is beyond the type on the sample data themselves, and not only with
   *     the margin for other data
   */
  public record Exceeding(String value, Range range, boolean certain) {}
}
