package io.repfold.pipeline.compare;

import io.repfold.check.Tolerance;

/**
 * How a rewritten model is compared with its original on random inputs.
 *
 * @param samples random inputs, at least 1
 * @param seed of the first; each further one has the next
 * @param tolerance what counts as the same
 */
public record ComparisonRequest(int samples, long seed, Tolerance tolerance) {
  /** Two inputs; 1e-4 of the largest magnitude and 1e-6 in the output's own unit are allowed. */
  public static final ComparisonRequest DEFAULT =
      new ComparisonRequest(2, 0, new Tolerance(1e-4, 1e-6));

  /**
   * @throws IllegalArgumentException if there is no sample
   */
  public ComparisonRequest {
    if (samples < 1) {
      throw new IllegalArgumentException(
          "A comparison takes at least 1 sample, not %d: without an input nothing is compared"
              .formatted(samples));
    }
  }
}
