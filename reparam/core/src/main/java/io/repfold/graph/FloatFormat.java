package io.repfold.graph;

/**
 * What a real element type can hold.
 *
 * @param largest the largest finite number
 * @param smallestNormal below it, numbers keep an absolute precision only, and soon become 0
 * @param unitRoundoff the largest relative error of rounding a normal number to nearest
 */
public record FloatFormat(double largest, double smallestNormal, double unitRoundoff) {
  private static final FloatFormat FLOAT = new FloatFormat(Float.MAX_VALUE, 0x1p-126, 0x1p-24);
  private static final FloatFormat DOUBLE = new FloatFormat(Double.MAX_VALUE, 0x1p-1022, 0x1p-53);

  /** IEEE 754 binary16: 5 bits of exponent, 10 of fraction. */
  private static final FloatFormat FLOAT16 = new FloatFormat(65504, 0x1p-14, 0x1p-11);

  /** The upper half of a float32: 8 bits of exponent, 7 of fraction. */
  private static final FloatFormat BFLOAT16 = new FloatFormat(0x1.FEp127, 0x1p-126, 0x1p-8);

  /**
   * The format of a {@linkplain ElementType#isFloat() real type}.
   *
   * @throws IllegalArgumentException if the type is none
   */
  public static FloatFormat of(ElementType type) {
    return switch (type) {
      case FLOAT -> FLOAT;
      case DOUBLE -> DOUBLE;
      case FLOAT16 -> FLOAT16;
      case BFLOAT16 -> BFLOAT16;
      default ->
          throw new IllegalArgumentException(
              "Real types are FLOAT, DOUBLE, FLOAT16 and BFLOAT16, not %s".formatted(type));
    };
  }

  /** Whether a number of this magnitude lies in the range; NaN does not. */
  public boolean holds(double magnitude) {
    return magnitude <= largest;
  }

  /**
   * The most by which rounding to nearest can move a number of this magnitude that the type
   * {@linkplain #holds holds}: half a step of its numbers, and never more than the number itself.
   */
  public double largestError(double magnitude) {
    return Math.min(magnitude, Math.max(magnitude, smallestNormal) * unitRoundoff);
  }
}
