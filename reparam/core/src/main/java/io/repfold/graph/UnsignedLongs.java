package io.repfold.graph;

/** 64-bit integers without a sign, which are negative where they lie in a {@code long}. */
final class UnsignedLongs {
  private static final double HALF = 0x1p63;

  private UnsignedLongs() {}

  /** The nearest double. */
  static double toDouble(long bits) {
    // The lowest bit stays set if it was, so that the halved number rounds as the whole one.
    return bits >= 0 ? bits : 2.0 * ((bits >>> 1) | (bits & 1));
  }

  /** Truncated; what is negative wraps, and what is too large becomes the largest. */
  static long of(double value) {
    if (value < HALF) {
      return (long) value;
    }
    return value < 2 * HALF ? (long) (value - HALF) + Long.MIN_VALUE : -1;
  }
}
