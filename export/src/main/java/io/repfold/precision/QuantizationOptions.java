package io.repfold.precision;

import java.util.Set;

/**
 * How to quantize.
 *
 * @param method how activations' ranges are chosen
 * @param equalization whether channels' ranges are balanced between layers before
 * @param biasCorrection whether biases take back the mean error that rounding makes on the samples
 * @param excluded layers that stay float32, by the name of their node or their output
 */
public record QuantizationOptions(
    QuantizationTarget target,
    RangeMethod method,
    boolean equalization,
    boolean biasCorrection,
    Set<String> excluded) {
  public QuantizationOptions {
    excluded = Set.copyOf(excluded);
  }

  /** For a target, with what is best in most cases. */
  public static QuantizationOptions of(QuantizationTarget target) {
    return new QuantizationOptions(target, RangeMethod.MSE, true, true, Set.of());
  }

  public QuantizationOptions withMethod(RangeMethod other) {
    return new QuantizationOptions(target, other, equalization, biasCorrection, excluded);
  }

  public QuantizationOptions withEqualization(boolean wanted) {
    return new QuantizationOptions(target, method, wanted, biasCorrection, excluded);
  }

  public QuantizationOptions withBiasCorrection(boolean wanted) {
    return new QuantizationOptions(target, method, equalization, wanted, excluded);
  }

  public QuantizationOptions withExcluded(Set<String> layers) {
    return new QuantizationOptions(target, method, equalization, biasCorrection, layers);
  }
}
