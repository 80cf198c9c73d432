package io.repfold.pipeline.convert;

import io.repfold.pipeline.PipelineException;
import io.repfold.precision.int8.QuantizationOptions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What is to become of a float32 model.
 *
 * @param samples what it is run on, to tell ranges and to compare
 * @param shapes of inputs that the model leaves open, by input name
 * @param kept nodes that stay float32: a node's name or that of its output, with {@code *} for
 *     anything
 * @param keepsBoundary whether inputs and outputs stay float32; INT8 always keeps them
 * @param target the share of decisions that must stay the same, 0 to 1; empty for {@link
 *     Precision#target}
 * @param integers how INT8 quantizes; empty for ONNX Runtime's CPU and usual choices
 */
public record ConversionRequest(
    Precision precision,
    SampleRequest samples,
    Map<String, long[]> shapes,
    List<String> kept,
    boolean keepsBoundary,
    OptionalDouble target,
    Optional<QuantizationOptions> integers) {
  /**
   * @throws PipelineException if the target is no share, or the rest does not go with the precision
   */
  public ConversionRequest {
    shapes = Map.copyOf(shapes);
    kept = List.copyOf(kept);
    if (target.isPresent() && !(target.getAsDouble() >= 0 && target.getAsDouble() <= 1)) {
      throw PipelineException.request(
          "withTargetAgreement is a share from 0 to 1, such as 0.999, not " + target.getAsDouble());
    }
    if (precision == Precision.INT8 && !keepsBoundary) {
      throw PipelineException.request("withHalfBoundary goes with FP16 or BF16, not with INT8");
    }
    if (precision != Precision.INT8 && integers.isPresent()) {
      throw PipelineException.request("withIntegers goes with INT8 only, not with " + precision);
    }
  }

  public static ConversionRequest to(Precision precision) {
    return new ConversionRequest(
        precision,
        SampleRequest.NONE,
        Map.of(),
        List.of(),
        true,
        OptionalDouble.empty(),
        Optional.empty());
  }

  public ConversionRequest withSamples(SampleRequest other) {
    return new ConversionRequest(precision, other, shapes, kept, keepsBoundary, target, integers);
  }

  public ConversionRequest withShapes(Map<String, long[]> other) {
    return new ConversionRequest(precision, samples, other, kept, keepsBoundary, target, integers);
  }

  public ConversionRequest withKept(List<String> patterns) {
    return new ConversionRequest(
        precision, samples, shapes, patterns, keepsBoundary, target, integers);
  }

  /** Inputs and outputs in half precision too, which saves copies. */
  public ConversionRequest withHalfBoundary() {
    return new ConversionRequest(precision, samples, shapes, kept, false, target, integers);
  }

  public ConversionRequest withTargetAgreement(double share) {
    return new ConversionRequest(
        precision, samples, shapes, kept, keepsBoundary, OptionalDouble.of(share), integers);
  }

  public ConversionRequest withIntegers(QuantizationOptions options) {
    return new ConversionRequest(
        precision, samples, shapes, kept, keepsBoundary, target, Optional.of(options));
  }
}
