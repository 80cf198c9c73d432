package io.repfold.precision.int8;

import io.repfold.graph.ElementType;

/**
 * The real numbers that a quantized tensor can hold: {@code scale * (q - zeroPoint)} for each 8-bit
 * integer q.
 *
 * @param type INT8 or UINT8
 * @param scale positive and finite; a float32 number, as it is stored
 * @param zeroPoint the integer that stands for 0
 */
public record IntegerGrid(ElementType type, float scale, int zeroPoint) {
  /** The largest integer of a symmetric grid. */
  static final int SYMMETRIC = Byte.MAX_VALUE;

  private static final int UNSIGNED = 0xff;

  /**
   * @throws IllegalArgumentException if the type or the scale is none of those
   */
  public IntegerGrid {
    if (type != ElementType.INT8 && type != ElementType.UINT8) {
      throw new IllegalArgumentException("A grid is of INT8 or UINT8, not " + type);
    }
    if (!(scale > 0) || scale == Float.POSITIVE_INFINITY) {
      throw new IllegalArgumentException("A scale is positive and finite, not " + scale);
    }
  }

  /** INT8 with zero point 0, from {@code -largest} to {@code largest}. */
  static IntegerGrid symmetric(double largest) {
    return new IntegerGrid(ElementType.INT8, scale(largest / SYMMETRIC), 0);
  }

  /** UINT8 over a range, which is widened to hold 0. */
  static IntegerGrid between(double min, double max) {
    double least = Math.min(0, min);
    float scale = scale((Math.max(0, max) - least) / UNSIGNED);
    int zeroPoint = (int) Math.max(0, Math.min(UNSIGNED, Math.rint(-least / scale)));
    return new IntegerGrid(ElementType.UINT8, scale, zeroPoint);
  }

  /** A range without width, of a tensor that is always 0, gets steps of 1. */
  static float scale(double wanted) {
    if (wanted == 0) {
      return 1;
    }
    return (float) Math.max(Float.MIN_NORMAL, Math.min(Float.MAX_VALUE, wanted));
  }

  /** The least integer. */
  int least() {
    return type == ElementType.INT8 ? Byte.MIN_VALUE : 0;
  }

  /** The greatest integer. */
  int most() {
    return type == ElementType.INT8 ? Byte.MAX_VALUE : UNSIGNED;
  }

  /** The integer that a number becomes: rounded to nearest even, saturated. */
  int quantize(double value) {
    double rounded = Math.rint(value / scale) + zeroPoint;
    return (int) Math.max(least(), Math.min(most(), rounded));
  }

  /** The number that comes back. */
  double round(double value) {
    return (double) scale * (quantize(value) - zeroPoint);
  }
}
