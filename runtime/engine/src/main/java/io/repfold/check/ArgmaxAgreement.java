package io.repfold.check;

import io.repfold.runtime.HostTensor;
import java.util.Optional;

/**
 * Whether two score tensors put the same channel first, at every position. The channels are one
 * axis; a position is a choice of all other indices (batch item and pixel). The first of equal
 * scores wins, as in ONNX ArgMax.
 *
 * <p>Where the reference's two best scores lie close together, rounding may swap them. So a
 * disagreement counts only where the reference's best score exceeds its second best by more than
 * {@code margin}.
 *
 * @param positions positions compared: all, less those with a NaN on either side
 * @param skipped those with a NaN on either side
 * @param disagreements positions where the best channels differ
 * @param beyondMargin disagreements where the reference's best two scores are more than {@code
 *     margin} apart
 * @param margin in the unit of the scores
 * @param axis that of the channels, from 0
 */
public record ArgmaxAgreement(
    long positions, long skipped, long disagreements, long beyondMargin, double margin, int axis) {
  /**
   * Compares two tensors of equal shape, such as [N, C, H, W] with axis 1.
   *
   * @param axis that of the channels, from 0
   * @return empty when there are no channels to choose from: rank below 2, no such axis, fewer than
   *     2 channels, no element, or not floating point
   */
  public static Optional<ArgmaxAgreement> of(
      HostTensor reference, HostTensor candidate, double margin, int axis) {
    long[] shape = reference.shape();
    if (shape.length < 2
        || axis < 0
        || axis >= shape.length
        || shape[axis] < 2
        || reference.size() == 0
        || !reference.type().isFloating()) {
      return Optional.empty();
    }
    Positions all = Positions.along(axis, shape);
    int count = reference.size() / all.channels();
    long positions = 0;
    long skipped = 0;
    long disagreements = 0;
    long beyondMargin = 0;
    for (int position = 0; position < count; position++) {
      BestTwo expected = all.bestTwo(reference, position);
      BestTwo found = all.bestTwo(candidate, position);
      if (expected.hasNan() || found.hasNan()) {
        skipped++;
        continue;
      }
      positions++;
      if (expected.channel() != found.channel()) {
        disagreements++;
        beyondMargin += expected.lead() > margin ? 1 : 0;
      }
    }
    return Optional.of(
        new ArgmaxAgreement(positions, skipped, disagreements, beyondMargin, margin, axis));
  }

  /** The fraction of positions that agree; 1 when there are none. */
  public double agreement() {
    return positions == 0 ? 1 : 1 - (double) disagreements / positions;
  }
}
