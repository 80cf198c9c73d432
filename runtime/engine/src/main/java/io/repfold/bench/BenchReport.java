package io.repfold.bench;

import java.util.List;

/**
 * What a {@link Benchmark} measured.
 *
 * @param machine where
 * @param options how long
 * @param timings one for each engine, in the caller's order; the first is what the others are
 *     compared with
 */
public record BenchReport(Machine machine, BenchOptions options, List<Timing> timings) {
  public BenchReport {
    timings = List.copyOf(timings);
  }
}
