package io.repfold.graph;

/**
 * What an {@link Interpreter} rounds, so that it computes what a machine with narrow numbers
 * computes: where float16 overflows, an infinity appears.
 *
 * @param stores whether each input, initializer and result of a node is rounded to its own element
 *     type (FLOAT, FLOAT16 or BFLOAT16), to nearest even, as it is where it lies in memory; within
 *     a node, numbers are doubles
 * @param sums the type to which a running sum is rounded after each addition, in convolutions,
 *     matrix products, averages, sums and Softmax of these three types: DOUBLE for not at all,
 *     FLOAT as tensor cores and CPUs sum, FLOAT16 or BFLOAT16 for the worst that a kernel may do
 */
public record Rounding(boolean stores, ElementType sums) {
  /** Real numbers are never rounded. */
  public static final Rounding NONE = new Rounding(false, ElementType.DOUBLE);

  /** Every value is rounded to its element type, and sums are exact. */
  public static final Rounding STORED = new Rounding(true, ElementType.DOUBLE);

  public Rounding {
    Check.that(sums.isFloat(), "Sums are rounded to a real type, not to %s", sums);
  }

  /** The same, with other sums. */
  public Rounding withSums(ElementType type) {
    return new Rounding(stores, type);
  }

  /** An array as it is where it lies in memory. */
  NdArray stored(NdArray value) {
    return stores && isNarrow(value.type())
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
