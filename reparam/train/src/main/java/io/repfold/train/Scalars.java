package io.repfold.train;

import ai.djl.ndarray.NDArray;

/**
 * Arithmetic with numbers that has a gradient. DJL's own keeps the number in a buffer of Java's,
 * which may be gone before the backward pass reads it.
 */
final class Scalars {
  private Scalars() {}

  private static NDArray like(NDArray x, double value) {
    try (NDArray view = x.getManager().create((float) value)) {
      return view.duplicate();
    }
  }

  static NDArray times(NDArray x, double factor) {
    try (NDArray number = like(x, factor)) {
      return x.mul(number);
    }
  }

  static NDArray over(NDArray x, double divisor) {
    try (NDArray number = like(x, divisor)) {
      return x.div(number);
    }
  }

  static NDArray power(NDArray x, double exponent) {
    try (NDArray number = like(x, exponent)) {
      return x.pow(number);
    }
  }
}
