package io.repfold.precision.half;

import io.repfold.graph.Tensor;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Which constants do not fit a half type, and why. Each is looked at once. */
public final class HalfConstants {
  /** So many times the error of rounding normal numbers is not worth an island. */
  private static final double TOLERATED = 2;

  private final HalfFormat format;
  private final double underflow;
  private final Map<String, Optional<String>> known = new HashMap<>();

  /**
   * @param underflow the share of nonzero elements that may become 0 or subnormal
   */
  public HalfConstants(HalfFormat format, double underflow) {
    this.format = format;
    this.underflow = underflow;
  }

  /** What is wrong with a float32 constant in the half type; empty if it fits. */
  public Optional<String> problem(String name, Tensor tensor) {
    return known.computeIfAbsent(name, k -> find(name, tensor));
  }

  /** That it holds more than the half type does; empty if not. */
  public Optional<String> overflow(String name, Tensor tensor) {
    return problem(name, tensor).filter(found -> largest(tensor) > format.largest());
  }

  private static double largest(Tensor tensor) {
    double largest = 0;
    int size = Math.toIntExact(tensor.size());
    for (int i = 0; i < size; i++) {
      double magnitude = Math.abs(tensor.doubleAt(i));
      if (magnitude > largest && magnitude < Double.POSITIVE_INFINITY) {
        largest = magnitude;
      }
    }
    return largest;
  }

  private Optional<String> find(String name, Tensor tensor) {
    double largest = largest(tensor);
    long nonzero = 0;
    long small = 0;
    int size = Math.toIntExact(tensor.size());
    for (int i = 0; i < size; i++) {
      double magnitude = Math.abs(tensor.doubleAt(i));
      if (magnitude > 0 && magnitude < Double.POSITIVE_INFINITY) {
        nonzero++;
        small += magnitude < format.smallestNormal() ? 1 : 0;
      }
    }
    if (largest > format.largest()) {
      return Optional.of(
          String.format(
              Locale.ROOT,
              "constant '%s' holds %.4g, and %s ends at %.4g",
              name,
              largest,
              format.type(),
              format.largest()));
    }
    double share = nonzero == 0 ? 0 : (double) small / nonzero;
    if (share <= underflow || relativeError(tensor) <= TOLERATED * format.digit()) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "%.1f %% of the nonzero elements of constant '%s' are below %s's smallest normal"
                + " number %.2g",
            100 * share,
            name,
            format.type(),
            format.smallestNormal()));
  }

  /** The error of rounding in the Euclidean norm, relative to the tensor's. */
  private double relativeError(Tensor tensor) {
    Tensor rounded = format.round(tensor);
    double error = 0;
    double norm = 0;
    int size = Math.toIntExact(tensor.size());
    for (int i = 0; i < size; i++) {
      double value = tensor.doubleAt(i);
      double difference = value - rounded.doubleAt(i);
      error += difference * difference;
      norm += value * value;
    }
    return Math.sqrt(error / norm);
  }
}
