package io.repfold.pipeline.convert;

/** What becomes of a float32 model. */
public enum Precision {
  /** IEEE 754 binary16. */
  FP16(0.999, 0.005, 50),
  /** The upper half of a float32. */
  BF16(0.99, 0.02, 35),
  /** 8-bit integers between QuantizeLinear and DequantizeLinear. */
  INT8(0.99, 0.02, 25);

  /** What is asked for on noise at most: enough to see that nothing overflows. */
  private static final double MOST_ON_NOISE = 0.95;

  private final double target;
  private final double targetError;
  private final double targetSnr;

  Precision(double target, double targetError, double targetSnr) {
    this.target = target;
    this.targetError = targetError;
    this.targetSnr = targetSnr;
  }

  /** The share of decisions, 0 to 1, that usually stay the same: asked for unless it is said. */
  public double target() {
    return target;
  }

  /**
   * Likewise on random inputs that nobody chose: decisions on noise are close ones, so fewer stay
   * the same than on samples.
   */
  public double targetOnNoise() {
    return Math.min(target, MOST_ON_NOISE);
  }

  /**
   * The largest root mean square error of values, scores and boxes, as a fraction of their range,
   * that is usually good enough.
   */
  public double targetError() {
    return targetError;
  }

  /** The least ratio of an image's energy to that of its error, in dB, that usually is. */
  public double targetSnr() {
    return targetSnr;
  }
}
