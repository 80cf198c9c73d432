package io.repfold.fold;

/**
 * Loops over runs of numbers. Each is a method of its own, called often: the virtual machine
 * compiles such a method early and once, but a loop inside a long method late and several times.
 */
final class Runs {
  private Runs() {}

  /** {@code values[at + i] *= factor}. */
  static void scale(double[] values, int at, int count, double factor) {
    for (int i = at; i < at + count; i++) {
      values[i] *= factor;
    }
  }

  /** {@code target[at + i] += source[from + i]}. */
  static void add(double[] source, int from, int count, double[] target, int at) {
    for (int i = 0; i < count; i++) {
      target[at + i] += source[from + i];
    }
  }

  /** {@code target[at + i] += factor * source[from + i]}. */
  static void addScaled(
      double[] source, int from, int count, double factor, double[] target, int at) {
    for (int i = 0; i < count; i++) {
      target[at + i] += factor * source[from + i];
    }
  }
}
