package io.repfold.precision.int8;

import java.util.Set;

/**
 * How to quantize.
 *
 * @param method how activations' ranges are chosen
 * @param equalization whether channels' ranges are balanced between layers before
 * @param biasCorrection whether biases take back the mean error that rounding makes on the samples
 * @param weightBits 8 for weights within 127 steps of 0; 7 for 63, so that the sum of two products
 *     with 8-bit activations fits 16 bits, in which some x86 kernels of ONNX Runtime add them
 * @param excluded layers that stay float32, by the name of their node or their output
 */
public record QuantizationOptions(
    QuantizationTarget target,
    RangeMethod method,
    boolean equalization,
    boolean biasCorrection,
    int weightBits,
    Set<String> excluded) {
  /**
   * @throws IllegalArgumentException if weights have neither 7 nor 8 bits
   */
  public QuantizationOptions {
    if (weightBits != 7 && weightBits != Byte.SIZE) {
      throw new IllegalArgumentException("Weights have 7 or 8 bits, not " + weightBits);
    }
    excluded = Set.copyOf(excluded);
  }

  /** For a target, with what is best in most cases. */
  public static QuantizationOptions of(QuantizationTarget target) {
    return new QuantizationOptions(target, RangeMethod.MSE, true, true, Byte.SIZE, Set.of());
  }

  public QuantizationOptions withMethod(RangeMethod other) {
    return new QuantizationOptions(
        target, other, equalization, biasCorrection, weightBits, excluded);
  }

  public QuantizationOptions withEqualization(boolean wanted) {
    return new QuantizationOptions(target, method, wanted, biasCorrection, weightBits, excluded);
  }

  public QuantizationOptions withBiasCorrection(boolean wanted) {
    return new QuantizationOptions(target, method, equalization, wanted, weightBits, excluded);
  }

  /**
   * @throws IllegalArgumentException if it is neither 7 nor 8
   */
  public QuantizationOptions withWeightBits(int bits) {
    return new QuantizationOptions(target, method, equalization, biasCorrection, bits, excluded);
  }

  public QuantizationOptions withExcluded(Set<String> layers) {
    return new QuantizationOptions(
        target, method, equalization, biasCorrection, weightBits, layers);
  }

  /** The largest magnitude of a weight, in steps. */
  int largestWeight() {
    return (1 << (weightBits - 1)) - 1;
  }
}
