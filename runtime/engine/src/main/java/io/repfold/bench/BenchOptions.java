package io.repfold.bench;

import java.time.Duration;

/**
 * How long to measure.
 *
 * @param warmup rounds that are run first and not counted
 * @param minimumRuns rounds that are run even when the time is up, at least 1
 * @param budget time for the counted rounds of all engines together
 */
public record BenchOptions(int warmup, int minimumRuns, Duration budget) {
  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if a value is negative or no run would be counted
   */
  public BenchOptions {
    if (warmup < 0 || minimumRuns < 1 || budget.isNegative()) {
      throw new IllegalArgumentException(
          "A benchmark needs at least 0 warm-up rounds, at least 1 run and a budget of at least 0 s, not %d, %d, %s"
              .formatted(warmup, minimumRuns, budget));
    }
  }

  /** 10 warm-up rounds, then at least 30 rounds and 5 seconds. */
  public static BenchOptions defaults() {
    return new BenchOptions(10, 30, Duration.ofSeconds(5));
  }
}
