package io.repfold.pipeline.convert;

/** What becomes of a float32 model. */
public enum Precision {
  /** IEEE 754 binary16. */
  FP16(0.999),
  /** The upper half of a float32. */
  BF16(0.99),
  /** 8-bit integers between QuantizeLinear and DequantizeLinear. */
  INT8(0.99);

  /** What is asked for on noise at most: enough to see that nothing overflows. */
  private static final double MOST_ON_NOISE = 0.95;

  private final double target;

  Precision(double target) {
    this.target = target;
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
}
