package io.repfold.check;

import io.repfold.runtime.HostTensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** One pass over two tensors that gathers what a {@link Comparison} reports. */
final class ElementwiseScan {
  private final HostTensor reference;
  private final HostTensor candidate;
  private final Scale scale;
  private final List<double[]> partErrors;
  private final List<int[]> partIndices;

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

  private ElementwiseScan(HostTensor reference, HostTensor candidate, Scale scale) {
    this.reference = reference;
    this.candidate = candidate;
    this.scale = scale;
    List<Slicing> slicings = scale.magnitudes().slicings();
    this.partErrors = slicings.stream().map(slicing -> new double[slicing.parts()]).toList();
    this.partIndices = slicings.stream().map(slicing -> new int[slicing.parts()]).toList();
    partIndices.forEach(indices -> Arrays.fill(indices, -1));
  }

  static Comparison compare(
      HostTensor reference, HostTensor candidate, Tolerance tolerance, int axis, Scale scale) {
    boolean sameKind =
        reference.type() == candidate.type()
            || (reference.type().isFloating() && candidate.type().isFloating());
    if (!sameKind || !Arrays.equals(reference.shape(), candidate.shape())) {
      throw new IllegalArgumentException(
          "Only tensors of one type and shape can be compared, not %s with %s"
              .formatted(reference, candidate));
    }
    ElementwiseScan scan = new ElementwiseScan(reference, candidate, scale);
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
    List<Slicing> slicings = scale.magnitudes().slicings();
    for (int k = 0; k < slicings.size(); k++) {
      int part = slicings.get(k).part(index);
      if (partIndices.get(k)[part] < 0 || error > partErrors.get(k)[part]) {
        partErrors.get(k)[part] = error;
        partIndices.get(k)[part] = index;
      }
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
    double margin = Comparison.margin(maxAbsError, referenceMaxAbs, tolerance);
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
        worstPart(tolerance),
        ArgmaxAgreement.of(reference, candidate, margin, axis),
        Optional.empty());
  }

  /** A part that is zero tells nothing of its magnitude, and is judged with the whole alone. */
  private PartError worstPart(Tolerance tolerance) {
    PartError worst = part(tolerance, 0, 0);
    PartValues magnitudes = scale.magnitudes();
    for (int k = 1; k < magnitudes.slicings().size(); k++) {
      for (int part = 0; part < magnitudes.slicings().get(k).parts(); part++) {
        if (magnitudes.of(k, part) > 0) {
          PartError found = part(tolerance, k, part);
          worst = isWorse(found, worst) ? found : worst;
        }
      }
    }
    return worst;
  }

  /** Of equals, the smaller one says more. */
  private static boolean isWorse(PartError part, PartError than) {
    return part.used() > than.used()
        || (part.used() == than.used() && part.used() > 0 && part.magnitude() < than.magnitude());
  }

  private PartError part(Tolerance tolerance, int slicing, int part) {
    int index = partIndices.get(slicing)[part];
    return new PartError(
        scale.magnitudes().slicings().get(slicing).axis(),
        part,
        partErrors.get(slicing)[part],
        index,
        index < 0 ? Double.NaN : reference.get(index),
        index < 0 ? Double.NaN : candidate.get(index),
        scale.magnitudes().of(slicing, part),
        scale.noise().isEmpty() ? Double.NaN : scale.judgedNoise(slicing, part),
        reference.type().isFloating()
            ? scale.allowed(tolerance, slicing, part)
            : tolerance.absolute());
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
