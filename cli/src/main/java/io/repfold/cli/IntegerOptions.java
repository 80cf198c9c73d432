package io.repfold.cli;

import io.repfold.pipeline.convert.ConversionRequest;
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

  @Option(
      names = "--measure",
      description =
          "int8: time the model on this machine with some layers in float32, by turns, and keep those"
              + " in float32 where integers do not pay. If they pay nowhere, nothing is written.")
  private boolean measured;

  @Option(
      names = "--search-seconds",
      paramLabel = "S",
      description =
          "int8: how long layers may be tried one by one where the target is missed (default: 300);"
              + " those that are left over count by their own errors.")
  private @Nullable Double seconds;

  /**
   * Refuses these options beside another precision.
   *
   * @throws UsageException if one was given
   */
  void requireUnused() {
    boolean timed = measured || seconds != null;
    boolean shaped = target != null || method != null || weightBits != null;
    if (timed || shaped || unbalanced || uncorrected) {
      throw new UsageException(
          "--target, --calibration, --weight-bits, --no-equalization, --no-bias-correction,"
              + " --measure and --search-seconds go with --precision int8 only");
    }
  }

  /** A request with what was asked for. */
  ConversionRequest in(ConversionRequest request) {
    ConversionRequest result = request.withIntegers(options());
    result = measured ? result.withMeasuredSpeed() : result;
    return seconds == null ? result : result.withSearchSeconds(seconds);
  }

  /**
   * What was asked for.
   *
   * @throws UsageException if weights are to have other than 7 or 8 bits
   */
  private QuantizationOptions options() {
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
