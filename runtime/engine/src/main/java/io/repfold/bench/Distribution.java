package io.repfold.bench;

import java.util.Arrays;

/**
 * Where measured values lie; percentiles between two values are interpolated.
 *
 * @param count number of values, at least 1
 * @param min the smallest
 * @param lowerQuartile 25th percentile
 * @param median 50th percentile
 * @param upperQuartile 75th percentile
 * @param p90 90th percentile
 * @param p99 99th percentile
 * @param mean arithmetic mean
 */
public record Distribution(
    int count,
    double min,
    double lowerQuartile,
    double median,
    double upperQuartile,
    double p90,
    double p99,
    double mean) {
  /**
   * Describes values in any order.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static Distribution of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("There are no values to describe");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Distribution(
        sorted.length,
        sorted[0],
        percentile(sorted, 0.25),
        percentile(sorted, 0.5),
        percentile(sorted, 0.75),
        percentile(sorted, 0.9),
        percentile(sorted, 0.99),
        Arrays.stream(sorted).average().orElseThrow());
  }

  /** The distance between the quartiles. */
  public double interquartileRange() {
    return upperQuartile - lowerQuartile;
  }

  private static double percentile(double[] sorted, double fraction) {
    double at = fraction * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
