package io.repfold.pipeline.compare;

import io.repfold.check.Allowance;
import io.repfold.check.Tolerance;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.inputs.InputValues;
import io.repfold.precision.Decisions;
import java.util.Set;

/**
 * How two models are compared.
 *
 * @param samples random inputs, at least 1
 * @param seed of the first; each further one has the next
 * @param tolerance what counts as the same
 * @param threshold what decides at outputs of one channel, where the tolerance asks for a share of
 *     decisions
 * @param inputs values of inputs that are not random
 * @param allowed what the candidate's outputs may do differently
 * @param budget seconds that the reference's runs may take: while less have passed, random inputs
 *     of further sizes and values are added; 0 for none
 * @param segmentation whether to compare masks too, of outputs that segment images
 */
public record ComparisonRequest(
    int samples,
    long seed,
    Tolerance tolerance,
    double threshold,
    InputValues inputs,
    Set<Allowance> allowed,
    double budget,
    boolean segmentation) {
  /** Seconds for inputs of further sizes and values. */
  public static final double USUAL_BUDGET = 3;

  /** Two inputs and what {@link #USUAL_BUDGET} allows; {@link Tolerance#NETWORK}. */
  public static final ComparisonRequest DEFAULT = new ComparisonRequest(2, 0, Tolerance.NETWORK);

  /**
   * @throws IllegalArgumentException if there is no sample
   * @throws PipelineException if the threshold or the budget is no number, or the budget negative
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
    if (!(budget >= 0)) {
      throw PipelineException.request(
          "withBudget must be a number of seconds, at least 0, not " + budget);
    }
    allowed = Set.copyOf(allowed);
  }

  /** With {@link Decisions#USUAL_THRESHOLD} and {@link #USUAL_BUDGET}, and nothing allowed. */
  public ComparisonRequest(int samples, long seed, Tolerance tolerance) {
    this(
        samples,
        seed,
        tolerance,
        Decisions.USUAL_THRESHOLD,
        InputValues.NONE,
        Set.of(),
        USUAL_BUDGET,
        false);
  }

  /**
   * Whether inputs of further sizes and values are added. Where a share of decisions is asked for,
   * they are not: models in narrower numbers need not decide alike on values that nobody has.
   */
  public boolean sweeps() {
    return budget > 0 && tolerance.agreement().isEmpty();
  }

  public ComparisonRequest withThreshold(double other) {
    return new ComparisonRequest(
        samples, seed, tolerance, other, inputs, allowed, budget, segmentation);
  }

  /** Feeds both models these values, where they have such inputs. */
  public ComparisonRequest withInputs(InputValues values) {
    return new ComparisonRequest(
        samples, seed, tolerance, threshold, values, allowed, budget, segmentation);
  }

  public ComparisonRequest withAllowed(Set<Allowance> others) {
    return new ComparisonRequest(
        samples, seed, tolerance, threshold, inputs, others, budget, segmentation);
  }

  /** Other seconds for inputs of further sizes and values; 0 for none of these. */
  public ComparisonRequest withBudget(double seconds) {
    return new ComparisonRequest(
        samples, seed, tolerance, threshold, inputs, allowed, seconds, segmentation);
  }

  /**
   * Compares masks too, of outputs that are scores of images or labels of an ArgMax: {@link
   * Verification.Run#segmentations}.
   */
  public ComparisonRequest withSegmentation(boolean wanted) {
    return new ComparisonRequest(
        samples, seed, tolerance, threshold, inputs, allowed, budget, wanted);
  }
}
