package io.repfold.image;

/**
 * Where the elements of a target lie along one axis of a source, between element centers: target i
 * is at {@code (i + 0.5) * step - 0.5}, kept inside the source.
 */
final class Interpolation {
  private final int[] lower;
  private final int[] nearest;
  private final double[] position;
  private final int last;
  private final boolean identity;

  private Interpolation(long numerator, long denominator, int source, int target) {
    lower = new int[target];
    nearest = new int[target];
    position = new double[target];
    last = source - 1;
    identity = numerator == denominator && target <= source;
    for (int i = 0; i < target; i++) {
      double edge = (i + 0.5) * numerator / denominator;
      position[i] = Math.min(Math.max(edge - 0.5, 0), last);
      lower[i] = (int) position[i];
      nearest[i] = Math.min((int) edge, last);
    }
  }

  /** The source scaled to the target's size. */
  static Interpolation between(int source, int target) {
    return new Interpolation(source, target, source, target);
  }

  /** The first {@code target} elements at a step of {@code numerator / denominator}. */
  static Interpolation stepping(long numerator, long denominator, int source, int target) {
    return new Interpolation(numerator, denominator, source, target);
  }

  /** Whether each target is the source element of its index. */
  boolean isIdentity() {
    return identity;
  }

  /** The number of targets. */
  int targets() {
    return lower.length;
  }

  /** Index of the source element before a target. */
  int lower(int target) {
    return lower[target];
  }

  /** Index of the source element after a target; at the border, the same as before it. */
  int upper(int target) {
    return Math.min(lower[target] + 1, last);
  }

  /** Index of the source element in which a target's center lies. */
  int nearest(int target) {
    return nearest[target];
  }

  /** The weight of {@link #upper}, from 0 to 1. */
  double weight(int target) {
    return position[target] - lower[target];
  }
}
