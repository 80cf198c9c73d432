package io.repfold.pipeline.compare;

import io.repfold.check.Tolerance;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.inputs.InputValues;
import io.repfold.precision.Decisions;

/**
 * How a rewritten model is compared with its original on random inputs.
 *
 * @param samples random inputs, at least 1
 * @param seed of the first; each further one has the next
 * @param tolerance what counts as the same
 * @param threshold what decides at outputs of one channel, where the tolerance asks for a share of
 *     decisions
 * @param inputs values of inputs that are not random
 */
public record ComparisonRequest(
    int samples, long seed, Tolerance tolerance, double threshold, InputValues inputs) {
  /** Two inputs; 1e-4 of the largest magnitude and 1e-6 in the output's own unit are allowed. */
  public static final ComparisonRequest DEFAULT =
      new ComparisonRequest(2, 0, new Tolerance(1e-4, 1e-6));

  /**
   * @throws IllegalArgumentException if there is no sample
   * @throws PipelineException if the threshold is no number
   */
  public ComparisonRequest {
    if (samples < 1) {
      throw new IllegalArgumentException(
          "A comparison takes at least 1 sample, not %d: without an input nothing is compared"
              .formatted(samples));
    }
    if (Double.isNaN(threshold)) {
      throw PipelineException.request("withThreshold must be a number");
    }
  }

  /** With {@link Decisions#USUAL_THRESHOLD}. */
  public ComparisonRequest(int samples, long seed, Tolerance tolerance) {
    this(samples, seed, tolerance, Decisions.USUAL_THRESHOLD, InputValues.NONE);
  }

  public ComparisonRequest withThreshold(double other) {
    return new ComparisonRequest(samples, seed, tolerance, other, inputs);
  }

  /** Feeds both models these values, where they have such inputs. */
  public ComparisonRequest withInputs(InputValues values) {
    return new ComparisonRequest(samples, seed, tolerance, threshold, values);
  }
}
