package io.repfold.bench;

import java.time.Duration;

/**
 * How long to measure.
 *
 * @param warmup rounds that are run first and not counted
 * @param minimumRuns runs of each engine that are counted even when the time is up, at least 1
 * @param budget time for the counted rounds of all engines together
 * @param turn for how long an engine runs before it is the next one's turn; 0 for one run
 */
public record BenchOptions(int warmup, int minimumRuns, Duration budget, Duration turn) {
  /** A GPU takes as long to reach its clocks, and falls back while another engine runs. */
  private static final Duration TURN_ON_DEVICE = Duration.ofMillis(200);

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if a value is negative or no run would be counted
   */
  public BenchOptions {
    if (warmup < 0 || minimumRuns < 1 || budget.isNegative() || turn.isNegative()) {
      throw new IllegalArgumentException(
          "A benchmark needs at least 0 warm-up rounds, at least 1 run, a budget and turns of at least 0 s, not %d, %d, %s, %s"
              .formatted(warmup, minimumRuns, budget, turn));
    }
  }

  /** With turns of one run each. */
  public BenchOptions(int warmup, int minimumRuns, Duration budget) {
    this(warmup, minimumRuns, budget, Duration.ZERO);
  }

  /** For engines that compute on a GPU: turns of 200 ms, of which the first warms up. */
  public BenchOptions onDevice() {
    return new BenchOptions(1, minimumRuns, budget, TURN_ON_DEVICE);
  }

  /** 10 warm-up rounds, then at least 30 rounds and 5 seconds. */
  public static BenchOptions defaults() {
    return new BenchOptions(10, 30, Duration.ofSeconds(5));
  }
}
