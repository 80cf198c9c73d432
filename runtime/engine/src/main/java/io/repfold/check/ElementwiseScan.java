package io.repfold.check;

import io.repfold.runtime.HostTensor;
import java.util.Arrays;
import java.util.Optional;

/** One pass over two tensors that gathers what a {@link Comparison} reports. */
final class ElementwiseScan {
  private final HostTensor reference;
  private final HostTensor candidate;

  private long compared;
  private long differing;
  private double maxAbsError;
  private int worstIndex = -1;
  private double referenceMaxAbs;
  private double errorSum;
  private double squaredErrorSum;
  private double dot;
  private double referenceSquares;
  private double candidateSquares;
  private long referenceNan;
  private long referenceInfinite;
  private long candidateNan;
  private long candidateInfinite;
  private long unmatched;
  private int firstUnmatched = -1;

  private ElementwiseScan(HostTensor reference, HostTensor candidate) {
    this.reference = reference;
    this.candidate = candidate;
  }

  static Comparison compare(
      HostTensor reference, HostTensor candidate, Tolerance tolerance, int axis) {
    boolean sameKind =
        reference.type() == candidate.type()
            || (reference.type().isFloating() && candidate.type().isFloating());
    if (!sameKind || !Arrays.equals(reference.shape(), candidate.shape())) {
      throw new IllegalArgumentException(
          "Only tensors of one type and shape can be compared, not %s with %s"
              .formatted(reference, candidate));
    }
    ElementwiseScan scan = new ElementwiseScan(reference, candidate);
    for (int i = 0; i < reference.size(); i++) {
      scan.element(i);
    }
    return scan.result(tolerance, axis);
  }

  private void element(int index) {
    double expected = reference.get(index);
    double found = candidate.get(index);
    if (!Double.isFinite(expected) || !Double.isFinite(found)) {
      special(index, expected, found);
      return;
    }
    double error = error(index, expected, found);
    compared++;
    differing += error > 0 ? 1 : 0;
    if (worstIndex < 0 || error > maxAbsError) {
      maxAbsError = error;
      worstIndex = index;
    }
    referenceMaxAbs = Math.max(referenceMaxAbs, Math.abs(expected));
    errorSum += error;
    squaredErrorSum += error * error;
    dot += expected * found;
    referenceSquares += expected * expected;
    candidateSquares += found * found;
  }

  /** Integers beyond 2^53 that round to the same double are not equal for that. */
  private double error(int index, double expected, double found) {
    double error = Math.abs(found - expected);
    if (error == 0
        && !reference.type().isFloating()
        && reference.getLong(index) != candidate.getLong(index)) {
      return 1;
    }
    return error;
  }

  private void special(int index, double expected, double found) {
    referenceNan += Double.isNaN(expected) ? 1 : 0;
    referenceInfinite += Double.isInfinite(expected) ? 1 : 0;
    candidateNan += Double.isNaN(found) ? 1 : 0;
    candidateInfinite += Double.isInfinite(found) ? 1 : 0;
    if (Double.compare(expected, found) != 0) {
      unmatched++;
      firstUnmatched = firstUnmatched < 0 ? index : firstUnmatched;
    }
  }

  private Comparison result(Tolerance tolerance, int axis) {
    double margin = 2 * Math.min(maxAbsError, tolerance.allowedError(referenceMaxAbs));
    return new Comparison(
        reference.size(),
        compared,
        differing,
        maxAbsError,
        worstIndex,
        worstIndex < 0 ? Double.NaN : reference.get(worstIndex),
        worstIndex < 0 ? Double.NaN : candidate.get(worstIndex),
        referenceMaxAbs,
        compared == 0 ? 0 : errorSum / compared,
        cosine(),
        psnr(),
        new Specials(referenceNan, referenceInfinite),
        new Specials(candidateNan, candidateInfinite),
        unmatched,
        firstUnmatched,
        ArgmaxAgreement.of(reference, candidate, margin, axis),
        Optional.empty());
  }

  private double cosine() {
    if (referenceSquares == 0 || candidateSquares == 0) {
      return referenceSquares == candidateSquares ? 1 : 0;
    }
    return dot / (Math.sqrt(referenceSquares) * Math.sqrt(candidateSquares));
  }

  private double psnr() {
    if (squaredErrorSum == 0) {
      return Double.POSITIVE_INFINITY;
    }
    return 20 * Math.log10(referenceMaxAbs) - 10 * Math.log10(squaredErrorSum / compared);
  }
}
