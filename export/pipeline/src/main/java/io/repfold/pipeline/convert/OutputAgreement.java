package io.repfold.pipeline.convert;

import io.repfold.precision.Decisions;
import io.repfold.runtime.HostTensor;
import java.util.Arrays;

/**
 * How often two models decide the same at an output, over samples.
 *
 * @param output the output's name
 * @param kind what is decided
 * @param positions decisions that were compared
 * @param disagreements those that differ; a NaN always does, and so do an infinity of one model
 *     alone and what only one of two outputs of different sizes has
 * @param maxAbsError the largest error of finite elements of outputs of the same shape, in the
 *     output's own unit
 * @param largest the reference's largest magnitude
 * @param notFinite elements that are NaN or infinite for the candidate, and not for the reference
 */
public record OutputAgreement(
    String output,
    Decisions.Kind kind,
    long positions,
    long disagreements,
    double maxAbsError,
    double largest,
    long notFinite) {

  /**
   * Compares one output of one sample.
   *
   * @param candidate its type may be narrower, and its size another where that depends on values
   * @param axis of the channels; what has no such axis, or one channel, is held to the threshold
   */
  static OutputAgreement of(
      String output, HostTensor reference, HostTensor candidate, double threshold, int axis) {
    Decisions expected = decisions(reference, threshold, axis);
    Decisions found = decisions(candidate, threshold, axis);
    boolean comparable = Arrays.equals(reference.shape(), candidate.shape());
    double maxAbsError = 0;
    double largest = 0;
    long notFinite = 0;
    for (int i = 0; i < reference.size(); i++) {
      double wanted = reference.get(i);
      double element = comparable ? candidate.get(i) : wanted;
      if (Double.isFinite(wanted)) {
        largest = Math.max(largest, Math.abs(wanted));
        notFinite += Double.isFinite(element) ? 0 : 1;
      }
      double error = Math.abs(wanted - element);
      maxAbsError = Double.isFinite(error) ? Math.max(maxAbsError, error) : maxAbsError;
    }
    return new OutputAgreement(
        output,
        expected.kind(),
        expected.positions(found),
        expected.disagreements(found),
        maxAbsError,
        largest,
        notFinite);
  }

  private static Decisions decisions(HostTensor tensor, double threshold, int axis) {
    return Decisions.of(tensor::get, tensor.type().isFloating(), threshold, axis, tensor.shape());
  }

  /** Both, of one output. */
  OutputAgreement and(OutputAgreement other) {
    return new OutputAgreement(
        output,
        kind,
        positions + other.positions,
        disagreements + other.disagreements,
        Math.max(maxAbsError, other.maxAbsError),
        Math.max(largest, other.largest),
        notFinite + other.notFinite);
  }

  /** The fraction of positions at which both decide the same; 1 if there are none. */
  public double share() {
    return positions == 0 ? 1 : 1 - (double) disagreements / positions;
  }
}
