package io.repfold.bench;

import java.util.Optional;

/**
 * What was measured for one engine.
 *
 * @param label its label
 * @param model its file or name
 * @param backend its backend and version
 * @param threads threads that one run may use
 * @param optimized whether the backend may rewrite the graph
 * @param tf32 whether a GPU may round the factors of float32 products to TF32
 * @param milliseconds time of one run
 * @param speedup time of the first engine divided by this one's, round by round: above 1, this one
 *     is faster
 * @param stages where the time went, for backends that copy to a device and can tell
 */
public record Timing(
    String label,
    String model,
    String backend,
    int threads,
    boolean optimized,
    boolean tf32,
    Distribution milliseconds,
    Distribution speedup,
    Optional<Stages> stages) {
  /** Whether this engine is faster than the first, as far as the measurement tells. */
  public Pace pace() {
    return Pace.of(speedup);
  }

  /**
   * Parts of the time of one run, in milliseconds.
   *
   * @param toDevice copying inputs to the device
   * @param compute computing
   * @param fromDevice copying outputs back
   */
  public record Stages(Distribution toDevice, Distribution compute, Distribution fromDevice) {}
}
