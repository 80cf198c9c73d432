package io.repfold.graph;

import java.util.Set;

/**
 * What an {@link Interpreter} rounds, so that it computes what a machine with narrow numbers
 * computes: where float16 overflows, an infinity appears.
 *
 * @param stored the element types, of FLOAT, FLOAT16 and BFLOAT16, whose values are rounded: each
 *     input, initializer and result of a node of such a type, to nearest even, as it is where it
 *     lies in memory; within a node, numbers are doubles
 * @param sums the type to which a running sum is rounded after each addition, in convolutions,
 *     matrix products, averages, sums and Softmax of these three types: DOUBLE for not at all,
 *     FLOAT as tensor cores and CPUs sum, FLOAT16 or BFLOAT16 for the worst that a kernel may do
 */
public record Rounding(Set<ElementType> stored, ElementType sums) {
  /** Real numbers are never rounded. */
  public static final Rounding NONE = new Rounding(Set.of(), ElementType.DOUBLE);

  /**
   * Values in half precision are rounded to their element type, so that they overflow as they do on
   * hardware, and float32 ones are exact: the reference for models that are float32 in part.
   */
  public static final Rounding HALF =
      new Rounding(Set.of(ElementType.FLOAT16, ElementType.BFLOAT16), ElementType.DOUBLE);

  /** Every value is rounded to its element type, and sums are exact. */
  public static final Rounding STORED =
      new Rounding(
          Set.of(ElementType.FLOAT, ElementType.FLOAT16, ElementType.BFLOAT16), ElementType.DOUBLE);

  /**
   * @throws InvalidGraphException if a type is no real one, or DOUBLE is to be rounded
   */
  public Rounding {
    stored = Set.copyOf(stored);
    for (ElementType type : stored) {
      Check.that(isNarrow(type), "Values of %s cannot be rounded", type);
    }
    Check.that(sums.isFloat(), "Sums are rounded to a real type, not to %s", sums);
  }

  /** The same, with other sums. */
  public Rounding withSums(ElementType type) {
    return new Rounding(stored, type);
  }

  /** An array as it is where it lies in memory. */
  NdArray stored(NdArray value) {
    return stored.contains(value.type())
        ? ElementwiseMath.map(value, v -> rounded(v, value.type()))
        : value;
  }

  /** How a node sums numbers of a type. */
  Sums sumsOf(ElementType type) {
    return isNarrow(type) ? Sums.of(sums) : Sums.EXACT;
  }

  private static boolean isNarrow(ElementType type) {
    return type.isFloat() && type != ElementType.DOUBLE;
  }

  /** The nearest number of a real type; ties go to the even one. */
  static double rounded(double value, ElementType type) {
    return switch (type) {
      case FLOAT -> (float) value;
      case FLOAT16 -> HalfPrecision.fromFloat16(HalfPrecision.toFloat16(value));
      case BFLOAT16 -> HalfPrecision.fromBfloat16(HalfPrecision.toBfloat16(value));
      default -> value;
    };
  }
}
