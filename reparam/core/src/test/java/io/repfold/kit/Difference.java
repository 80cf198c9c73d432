package io.repfold.kit;

import io.repfold.graph.NdArray;
import io.repfold.graph.Tensor;
import java.util.Arrays;
import java.util.Map;

/**
 * The largest difference of two elements at the same place, relative to the largest finite
 * magnitude that is expected; what is expected stands first. It is never NaN: infinite are other
 * shapes, other names, any difference where only zeros are expected, and what a constant says of
 * numbers that are not finite.
 */
public enum Difference {
  /** All numbers must be finite: NaN and infinities are infinitely far from everything. */
  ALL_FINITE,
  /** NaN agrees with NaN, and an infinity with the same infinity; with nothing else. */
  SAME_SPECIALS,
  /** Where the expected number is not finite, any will do; elsewhere it must be finite. */
  WHERE_FINITE;

  /** Of two arrays; infinite if one is longer. */
  public double relative(double[] expected, double... found) {
    return relativeToAtLeast(0, expected, found);
  }

  /**
   * The same, relative to {@code least} where all that is expected is smaller.
   *
   * @param least a magnitude, 0 or more
   */
  public double relativeToAtLeast(double least, double[] expected, double... found) {
    if (expected.length != found.length) {
      return Double.POSITIVE_INFINITY;
    }
    int worst = worst(expected, found);
    double difference = worst < 0 ? 0 : distance(expected[worst], found[worst]);
    return difference == 0 ? 0 : difference / Math.max(least, largest(expected));
  }

  /** Of two arrays; infinite if their shapes differ. */
  public double relative(NdArray expected, NdArray found) {
    return Arrays.equals(expected.dims(), found.dims())
        ? relative(expected.data(), found.data())
        : Double.POSITIVE_INFINITY;
  }

  /** Of two tensors; infinite if their shapes differ. */
  public double relative(Tensor expected, Tensor found) {
    return Arrays.equals(expected.dims(), found.dims())
        ? relative(expected.toDoubles(), found.toDoubles())
        : Double.POSITIVE_INFINITY;
  }

  /** The largest of any output; infinite if the names differ. */
  public double relative(Map<String, NdArray> expected, Map<String, NdArray> found) {
    if (!expected.keySet().equals(found.keySet())) {
      return Double.POSITIVE_INFINITY;
    }
    return expected.entrySet().stream()
        .mapToDouble(entry -> relative(entry.getValue(), found.get(entry.getKey())))
        .max()
        .orElse(0);
  }

  /** Where two arrays of the same length differ most, in words. */
  public String describe(double[] expected, double... found) {
    int worst = worst(expected, found);
    return worst < 0
        ? "no difference"
        : "element %d of %d: expected %s, found %s; the largest expected magnitude is %s"
            .formatted(worst, expected.length, expected[worst], found[worst], largest(expected));
  }

  /** The largest finite magnitude; 0 if there is none. */
  public static double largest(double... values) {
    return Arrays.stream(values).map(Math::abs).filter(Double::isFinite).max().orElse(0);
  }

  /** The first of the places with the largest difference; -1 if there is no difference. */
  private int worst(double[] expected, double[] found) {
    int worst = -1;
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      double distance = distance(expected[i], found[i]);
      if (distance > largest) {
        largest = distance;
        worst = i;
      }
    }
    return worst;
  }

  private double distance(double expected, double found) {
    if (Double.isFinite(expected) && Double.isFinite(found)) {
      return Math.abs(expected - found);
    }
    boolean agrees =
        switch (this) {
          case ALL_FINITE -> false;
          case SAME_SPECIALS -> Double.compare(expected, found) == 0;
          case WHERE_FINITE -> !Double.isFinite(expected);
        };
    return agrees ? 0 : Double.POSITIVE_INFINITY;
  }
}
