package io.repfold.check;

import java.util.OptionalDouble;

/**
 * How far a floating-point output may be from its reference: {@code |candidate - reference| <=
 * absolute + relative * max |reference|}, where the maximum is taken over the whole output. Integer
 * and bool outputs must be equal.
 *
 * @param relative fraction of the reference's largest magnitude, at least 0 and below 0.1
 * @param absolute in the output's own unit, at least 0
 * @param agreement for a model in narrower numbers than its reference: the fraction of positions,
 *     above 0 and at most 1, over all samples of an output, at which the best channel must be the
 *     same, whatever the errors are. Integer outputs must then be equal at this fraction of their
 *     elements, and floating types may differ. Outputs without channels are held to what a {@link
 *     Decider} says that they decide, or else to the other two bounds
 */
public record Tolerance(double relative, double absolute, OptionalDouble agreement) {
  private static final double TOO_LOOSE = 0.1;

  /** For a whole network in float32: 1e-4 of the largest magnitude. */
  public static final Tolerance NETWORK = new Tolerance(1e-4, 0);

  /** For one folded block in float32: 1e-5 of the largest magnitude. */
  public static final Tolerance BLOCK = new Tolerance(1e-5, 0);

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if a bound is negative or not a number, or the relative bound
   *     is so large that it would accept a wrong network
   */
  public Tolerance {
    if (!(relative >= 0) || !(absolute >= 0) || Double.isInfinite(absolute)) {
      throw new IllegalArgumentException(
          "A tolerance is a finite number of at least 0, not relative %s, absolute %s"
              .formatted(relative, absolute));
    }
    if (relative >= TOO_LOOSE) {
      throw new IllegalArgumentException(
          "A relative tolerance of %s would accept a wrong network; take one below %s (a whole float32 network needs %s)"
              .formatted(relative, TOO_LOOSE, 1e-4));
    }
    agreement.ifPresent(Tolerance::checkAgreement);
  }

  /** Bounds on errors alone. */
  public Tolerance(double relative, double absolute) {
    this(relative, absolute, OptionalDouble.empty());
  }

  /** The same with a fraction of positions at which the best channel must be the same. */
  public Tolerance withAgreement(double fraction) {
    return new Tolerance(relative, absolute, OptionalDouble.of(fraction));
  }

  private static void checkAgreement(double fraction) {
    if (!(fraction > 0 && fraction <= 1)) {
      throw new IllegalArgumentException(
          "An agreement is a fraction above 0 and at most 1, not " + fraction);
    }
  }

  /** The largest error that an output of this magnitude may have. */
  public double allowedError(double referenceMaxAbs) {
    return absolute + relative * referenceMaxAbs;
  }
}
