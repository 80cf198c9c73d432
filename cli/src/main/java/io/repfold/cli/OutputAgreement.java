package io.repfold.cli;

import io.repfold.check.ArgmaxAgreement;
import io.repfold.runtime.HostTensor;
import java.util.Arrays;
import java.util.Optional;

/**
 * How often two models decide the same at an output, over samples.
 *
 * @param output the output's name
 * @param kind what is decided
 * @param positions decisions that were compared
 * @param disagreements those that differ; a NaN or an infinity of one model alone differs
 * @param maxAbsError the largest error of finite elements, in the output's own unit
 * @param largest the reference's largest magnitude
 * @param notFinite elements that are NaN or infinite for the candidate, and not for the reference
 */
record OutputAgreement(
    String output,
    Kind kind,
    long positions,
    long disagreements,
    double maxAbsError,
    double largest,
    long notFinite) {

  /** What is decided at a position of an output. */
  enum Kind {
    /** Which channel has the best score. */
    CHANNEL("best channel"),
    /** Whether a number is above the threshold. */
    THRESHOLD("side of threshold"),
    /** Which integer it is. */
    INTEGER("integer");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  /**
   * Compares one output of one sample.
   *
   * @param candidate of the same shape; its type may be narrower
   * @param axis of the channels; what has no such axis, or one channel, is held to the threshold
   * @throws WorkFailedException if the shapes differ
   */
  static OutputAgreement of(
      String output, HostTensor reference, HostTensor candidate, double threshold, int axis) {
    if (!Arrays.equals(reference.shape(), candidate.shape())) {
      throw new WorkFailedException(
          "Output '%s' is %s before and %s after the conversion: that must not be"
              .formatted(output, reference, candidate));
    }
    double maxAbsError = 0;
    double largest = 0;
    long notFinite = 0;
    long sides = 0;
    boolean integer = !reference.type().isFloating();
    for (int i = 0; i < reference.size(); i++) {
      double expected = reference.get(i);
      double found = candidate.get(i);
      if (Double.isFinite(expected)) {
        largest = Math.max(largest, Math.abs(expected));
        notFinite += Double.isFinite(found) ? 0 : 1;
      }
      double error = Math.abs(expected - found);
      maxAbsError = Double.isFinite(error) ? Math.max(maxAbsError, error) : maxAbsError;
      boolean same =
          integer
              ? expected == found
              : Double.compare(expected, found) == 0
                  || (Double.isFinite(found) && (expected > threshold) == (found > threshold));
      sides += same ? 0 : 1;
    }
    Optional<ArgmaxAgreement> channels =
        axis < reference.rank()
            ? ArgmaxAgreement.of(aroundAxis(reference, axis), aroundAxis(candidate, axis), 0)
            : Optional.empty();
    if (channels.isEmpty()) {
      Kind kind = integer ? Kind.INTEGER : Kind.THRESHOLD;
      return new OutputAgreement(
          output, kind, reference.size(), sides, maxAbsError, largest, notFinite);
    }
    long positions = reference.size() / reference.shape()[axis];
    long lost = positions - channels.get().positions(); // those with a NaN
    return new OutputAgreement(
        output,
        Kind.CHANNEL,
        positions,
        channels.get().disagreements() + lost,
        maxAbsError,
        largest,
        notFinite);
  }

  /** A view in which the axis is axis 1 of three. */
  private static HostTensor aroundAxis(HostTensor tensor, int axis) {
    long[] shape = tensor.shape();
    long outer = Arrays.stream(shape, 0, axis).reduce(1, (a, b) -> a * b);
    long inner = Arrays.stream(shape, axis + 1, shape.length).reduce(1, (a, b) -> a * b);
    return HostTensor.wrap(tensor.type(), tensor.bytes(), outer, shape[axis], inner);
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
  double share() {
    return positions == 0 ? 1 : 1 - (double) disagreements / positions;
  }
}
