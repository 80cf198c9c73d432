package io.repfold.djl;

import ai.djl.ndarray.NDArray;

/**
 * Arithmetic with numbers that has a gradient. What DJL makes of a number lies in a buffer of
 * Java's, which is gone once the array is closed and garbage is collected; the backward pass would
 * read what lies there then. Here it lies in memory of the engine's own.
 */
public final class Scalars {
  private Scalars() {}

  /** A float32 array of rank 0 that belongs to the manager of {@code beside}. */
  public static NDArray of(NDArray beside, double value) {
    try (NDArray view = beside.getManager().create((float) value)) {
      return view.duplicate();
    }
  }

  /** {@code x factor}, a new array. */
  public static NDArray times(NDArray x, double factor) {
    try (NDArray number = of(x, factor)) {
      return x.mul(number);
    }
  }

  /** {@code x / divisor}, a new array. */
  public static NDArray over(NDArray x, double divisor) {
    try (NDArray number = of(x, divisor)) {
      return x.div(number);
    }
  }

  /** {@code x^exponent}, a new array. */
  public static NDArray power(NDArray x, double exponent) {
    try (NDArray number = of(x, exponent)) {
      return x.pow(number);
    }
  }
}
