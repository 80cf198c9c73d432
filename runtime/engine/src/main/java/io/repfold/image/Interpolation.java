package io.repfold.image;

/**
 * Linear interpolation along one axis, between pixel centres: target i reads the source at {@code
 * (i + 0.5) * source / target - 0.5}, kept inside the image.
 */
final class Interpolation {
  private final int[] lower;
  private final double[] position;
  private final int last;

  private Interpolation(int source, int target) {
    lower = new int[target];
    position = new double[target];
    last = source - 1;
    for (int i = 0; i < target; i++) {
      double at = (i + 0.5) * source / target - 0.5;
      position[i] = Math.min(Math.max(at, 0), last);
      lower[i] = (int) position[i];
    }
  }

  static Interpolation between(int source, int target) {
    return new Interpolation(source, target);
  }

  /** Index of the source pixel before a target. */
  int lower(int target) {
    return lower[target];
  }

  /** Index of the source pixel after a target; at the border, the same as before it. */
  int upper(int target) {
    return Math.min(lower[target] + 1, last);
  }

  /** The weight of {@link #upper}, from 0 to 1. */
  float fraction(int target) {
    return (float) (position[target] - lower[target]);
  }
}
