package io.repfold.cli;

import io.repfold.precision.int8.QuantizationOptions;
import io.repfold.precision.int8.QuantizationTarget;
import io.repfold.precision.int8.RangeMethod;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code convert --precision int8} is told. */
final class IntegerOptions {
  @Option(
      names = "--target",
      paramLabel = "RUNTIME",
      description =
          "int8: whose integer kernels to write for, ${COMPLETION-CANDIDATES} (default: CPU, which is"
              + " ONNX Runtime's).")
  private @Nullable QuantizationTarget target;

  @Option(
      names = "--calibration",
      paramLabel = "METHOD",
      description =
          "int8: how to choose the ranges of activations, ${COMPLETION-CANDIDATES} (default: MSE, the"
              + " least squared error).")
  private @Nullable RangeMethod method;

  @Option(
      names = "--no-equalization",
      description = "int8: do not balance the ranges of channels between layers.")
  private boolean unbalanced;

  @Option(
      names = "--no-bias-correction",
      description = "int8: do not take the mean error of rounding back in the biases.")
  private boolean uncorrected;

  @Option(
      names = "--weight-bits",
      paramLabel = "BITS",
      description =
          "int8: 7 keeps weights within 63 steps, so that ONNX Runtime's sums are exact on x86"
              + " processors without VNNI too (default: 8).")
  private @Nullable Integer weightBits;

  /**
   * Refuses these options beside another precision.
   *
   * @throws UsageException if one was given
   */
  void requireUnused() {
    if (target != null || method != null || unbalanced || uncorrected || weightBits != null) {
      throw new UsageException(
          "--target, --calibration, --weight-bits, --no-equalization and --no-bias-correction go"
              + " with --precision int8 only");
    }
  }

  /**
   * What was asked for.
   *
   * @throws UsageException if weights are to have other than 7 or 8 bits
   */
  QuantizationOptions options() {
    if (weightBits != null && weightBits != 7 && weightBits != 8) {
      throw new UsageException("--weight-bits is 7 or 8, not " + weightBits);
    }
    QuantizationOptions options =
        QuantizationOptions.of(target == null ? QuantizationTarget.CPU : target)
            .withEqualization(!unbalanced)
            .withBiasCorrection(!uncorrected)
            .withWeightBits(weightBits == null ? 8 : weightBits);
    return method == null ? options : options.withMethod(method);
  }
}
