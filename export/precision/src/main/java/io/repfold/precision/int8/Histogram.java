package io.repfold.precision.int8;

/**
 * Counts of numbers, in bins of equal width from {@code -limit} to {@code limit}. The limit is a
 * power of two and doubles when a number lies beyond, by merging neighboring bins; so the counts do
 * not depend on the order in which the numbers came. Zeros are not counted: every integer grid
 * holds them.
 */
final class Histogram {
  /** Bins on each side of zero. */
  static final int BINS = 1 << 12;

  private final long[] positive = new long[BINS];
  private final long[] negative = new long[BINS];
  private double limit;

  /** Counts a finite number. */
  void add(double value) {
    double magnitude = Math.abs(value);
    if (magnitude == 0) {
      return;
    }
    if (magnitude >= limit) {
      grow(magnitude);
    }
    long[] side = value > 0 ? positive : negative;
    side[(int) (magnitude / limit * BINS)]++;
  }

  private void grow(double magnitude) {
    double wanted = Math.scalb(1.0, Math.getExponent(magnitude) + 1);
    if (limit == 0) {
      limit = wanted;
      return;
    }
    while (limit < wanted) {
      merge(positive);
      merge(negative);
      limit *= 2;
    }
  }

  private static void merge(long... side) {
    for (int i = 0; i < BINS / 2; i++) {
      side[i] = side[2 * i] + side[2 * i + 1];
    }
    java.util.Arrays.fill(side, BINS / 2, BINS, 0);
  }

  /** Where the bins end; 0 if nothing was counted. */
  double limit() {
    return limit;
  }

  /** The width of a bin. */
  double width() {
    return limit / BINS;
  }

  /** How many numbers lie in bin {@code index} above zero. */
  long above(int index) {
    return positive[index];
  }

  /** How many numbers lie in bin {@code index} below zero. */
  long below(int index) {
    return negative[index];
  }

  /** How many numbers have their magnitude in bin {@code index}. */
  long both(int index) {
    return positive[index] + negative[index];
  }
}
