package io.repfold.check;

import java.util.OptionalDouble;

/**
 * How far a floating-point output may be from its reference. The largest magnitude is taken over
 * each channel (axis 1, or where the classes are) and over each column (last axis) of outputs that
 * are no images, as their scales may differ: boxes in pixels beside scores of 0 to 1. A part whose
 * noise is larger than the fraction of its magnitude, because larger numbers cancel in it, may be
 * off by {@code noise} times its noise, but no part by more than the fraction of the whole output's
 * largest magnitude. Integer and bool outputs must be equal.
 *
 * @param relative fraction of a part's largest magnitude, at least 0 and below 0.1
 * @param absolute in the output's own unit, at least 0; added to what is allowed otherwise
 * @param noise if present, an error must also be explained by rounding: it may be this many times
 *     the noise, which is by how much the reference differs from itself, computed with and without
 *     the runtime's optimizer and in double precision as far as that is affordable; at least 1
 * @param agreement for a model in narrower numbers than its reference: the fraction of positions,
 *     above 0 and at most 1, over all samples of an output, at which the best channel must be the
 *     same, whatever the errors are. Integer outputs must then be equal at this fraction of their
 *     elements, and floating types may differ. Outputs without channels are held to what a {@link
 *     Decider} says that they decide, or else to the other two bounds
 */
public record Tolerance(
    double relative, double absolute, OptionalDouble noise, OptionalDouble agreement) {
  /** A fraction of the magnitude from which on wrong networks would be accepted. */
  static final double TOO_LOOSE = 0.1;

  /** How many times the noise an error may be, as a rule. */
  static final double USUAL_NOISE = 4;

  /** For a whole network in float32: 4 times the noise, and at most 1e-4 of the magnitude. */
  public static final Tolerance NETWORK = new Tolerance(1e-4, 0).withNoise(USUAL_NOISE);

  /** For one folded block in float32: 1e-5 of the magnitude. */
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
    noise.ifPresent(Tolerance::checkNoise);
    agreement.ifPresent(Tolerance::checkAgreement);
  }

  /** Bounds on errors alone. */
  public Tolerance(double relative, double absolute) {
    this(relative, absolute, OptionalDouble.empty(), OptionalDouble.empty());
  }

  /** The same, and errors must be explained by rounding. */
  public Tolerance withNoise(double times) {
    return new Tolerance(relative, absolute, OptionalDouble.of(times), agreement);
  }

  /** The same, whatever rounding explains. */
  public Tolerance withoutNoise() {
    return new Tolerance(relative, absolute, OptionalDouble.empty(), agreement);
  }

  /** The same with another error in the output's own unit. */
  public Tolerance withAbsolute(double other) {
    return new Tolerance(relative, other, noise, agreement);
  }

  /** The same with another fraction of the magnitude. */
  public Tolerance withRelative(double other) {
    return new Tolerance(other, absolute, noise, agreement);
  }

  /** The same with a fraction of positions at which the best channel must be the same. */
  public Tolerance withAgreement(double fraction) {
    return new Tolerance(relative, absolute, noise, OptionalDouble.of(fraction));
  }

  private static void checkNoise(double times) {
    if (!(times >= 1) || Double.isInfinite(times)) {
      throw new IllegalArgumentException(
          "An error may be a finite number of times the noise, at least 1, not " + times);
    }
  }

  private static void checkAgreement(double fraction) {
    if (!(fraction > 0 && fraction <= 1)) {
      throw new IllegalArgumentException(
          "An agreement is a fraction above 0 and at most 1, not " + fraction);
    }
  }

  /** The largest error that an output of this magnitude may have, whatever its parts. */
  public double allowedError(double referenceMaxAbs) {
    return absolute + relative * referenceMaxAbs;
  }
}
