package io.repfold.pipeline.fold;

import io.repfold.bench.BenchOptions;

/**
 * How a folded model is timed beside its original before it is written.
 *
 * @param slowerAllowed whether it is written even if it is slower
 */
public record MeasurementRequest(BenchOptions options, boolean slowerAllowed) {
  /** At least 30 runs of each and 5 seconds; what is slower is not written. */
  public static final MeasurementRequest DEFAULT =
      new MeasurementRequest(BenchOptions.defaults(), false);

  public MeasurementRequest withSlowerAllowed(boolean allowed) {
    return new MeasurementRequest(options, allowed);
  }
}
