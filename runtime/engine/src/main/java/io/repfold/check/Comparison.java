package io.repfold.check;

import io.repfold.runtime.HostTensor;
import java.util.Optional;

/**
 * How two tensors of equal shape differ, both of the same type or both floating. An error is {@code
 * |candidate - reference|}. Elements that are NaN on both sides, or the same infinity, are equal
 * and enter no statistic; elements that are NaN or infinite on one side only are {@code unmatched}.
 * All other numbers are over the elements that are finite on both sides.
 *
 * @param elements number of elements of each tensor
 * @param compared number of elements that are finite on both sides
 * @param differing number of compared elements that are not equal
 * @param maxAbsError the largest error, in the tensors' own unit
 * @param worstIndex row-major index of the largest error; -1 when nothing was compared
 * @param worstReference the reference's value there
 * @param worstCandidate the candidate's value there
 * @param referenceMaxAbs the reference's largest magnitude
 * @param meanAbsError the mean error
 * @param cosineSimilarity cosine of the angle between the two as vectors; 1 when both are zero
 * @param psnr peak signal to noise ratio in dB, the peak being {@code referenceMaxAbs}; infinite
 *     without any error
 * @param reference what the reference holds besides finite numbers
 * @param candidate what the candidate holds besides finite numbers
 * @param unmatched number of elements that are NaN or infinite and not equal
 * @param firstUnmatched row-major index of the first of them; -1 when there is none
 * @param worstPart the channel, column or whole whose error uses up most of what is allowed
 * @param argmax agreement over the channel axis, with twice the smaller of the largest and the
 *     allowed error as its margin; empty when there are no channels to choose from
 * @param decided what they decide instead, where a {@link Decider} was asked
 */
public record Comparison(
    long elements,
    long compared,
    long differing,
    double maxAbsError,
    int worstIndex,
    double worstReference,
    double worstCandidate,
    double referenceMaxAbs,
    double meanAbsError,
    double cosineSimilarity,
    double psnr,
    Specials reference,
    Specials candidate,
    long unmatched,
    int firstUnmatched,
    PartError worstPart,
    Optional<ArgmaxAgreement> argmax,
    Optional<Decider.Decided> decided) {

  /**
   * Compares two tensors, of which no noise is known.
   *
   * @param tolerance sets what is allowed, and the margin of {@code argmax}
   * @param axis of the channels, from 0
   * @throws IllegalArgumentException if the shapes differ, or the types, unless both are floating;
   *     {@link Judge} turns that into a verdict
   */
  public static Comparison of(
      HostTensor reference, HostTensor candidate, Tolerance tolerance, int axis) {
    PartValues magnitudes = PartValues.magnitudes(reference, axis);
    return of(
        reference,
        candidate,
        tolerance,
        axis,
        new Scale(magnitudes, Optional.empty(), unit(reference), 0));
  }

  /** Likewise, of an output whose noise may be known. */
  static Comparison of(
      HostTensor reference, HostTensor candidate, Tolerance tolerance, int axis, Scale scale) {
    return ElementwiseScan.compare(reference, candidate, tolerance, axis, scale);
  }

  /** The unit roundoff of a type, as far as rounding matters to it. */
  static double unit(HostTensor tensor) {
    return switch (tensor.type()) {
      case FLOAT16 -> 0x1p-11;
      case BFLOAT16 -> 0x1p-8;
      case DOUBLE -> 0x1p-53;
      default -> 0x1p-24;
    };
  }

  /** The same with other decisions. */
  Comparison withDecisions(Optional<ArgmaxAgreement> best, Optional<Decider.Decided> other) {
    return new Comparison(
        elements,
        compared,
        differing,
        maxAbsError,
        worstIndex,
        worstReference,
        worstCandidate,
        referenceMaxAbs,
        meanAbsError,
        cosineSimilarity,
        psnr,
        reference,
        candidate,
        unmatched,
        firstUnmatched,
        worstPart,
        best,
        other);
  }

  /**
   * How far apart two scores may be that rounding exchanges: twice the error, as far as allowed.
   */
  static double margin(double maxAbsError, double referenceMaxAbs, Tolerance tolerance) {
    return 2 * Math.min(maxAbsError, tolerance.allowedError(referenceMaxAbs));
  }

  /** Likewise, of these two tensors. */
  public double margin(Tolerance tolerance) {
    return margin(maxAbsError, referenceMaxAbs, tolerance);
  }

  /** The fraction of elements that are equal; 1 when there are none. */
  public double equalFraction() {
    return elements == 0 ? 1 : 1 - (double) (differing + unmatched) / elements;
  }

  /**
   * The largest error as a fraction of the reference's largest magnitude; 0 without error, infinite
   * for a zero reference.
   */
  public double maxRelativeError() {
    return maxAbsError == 0 ? 0 : maxAbsError / referenceMaxAbs;
  }
}
