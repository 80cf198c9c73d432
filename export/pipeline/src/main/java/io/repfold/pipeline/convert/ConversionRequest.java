package io.repfold.pipeline.convert;

import io.repfold.pipeline.PipelineException;
import io.repfold.precision.OutputKind;
import io.repfold.precision.int8.QuantizationOptions;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is to become of a float32 model.
 *
 * @param samples what it is run on, to tell ranges and to compare
 * @param shapes of inputs that the model leaves open, by input name
 * @param kept nodes that stay float32: a node's name or that of its output, with {@code *} for
 *     anything
 * @param keepsBoundary whether inputs and outputs stay float32; INT8 always keeps them
 * @param judged how good the outputs must be
 * @param integers how INT8 quantizes; empty for ONNX Runtime's CPU and usual choices
 */
public record ConversionRequest(
    Precision precision,
    SampleRequest samples,
    Map<String, long[]> shapes,
    List<String> kept,
    boolean keepsBoundary,
    JudgeRequest judged,
    Optional<QuantizationOptions> integers) {
  /**
   * @throws PipelineException if something does not go with the precision
   */
  public ConversionRequest {
    shapes = Map.copyOf(shapes);
    kept = List.copyOf(kept);
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
        JudgeRequest.USUAL,
        Optional.empty());
  }

  public ConversionRequest withSamples(SampleRequest other) {
    return new ConversionRequest(precision, other, shapes, kept, keepsBoundary, judged, integers);
  }

  public ConversionRequest withShapes(Map<String, long[]> other) {
    return new ConversionRequest(precision, samples, other, kept, keepsBoundary, judged, integers);
  }

  public ConversionRequest withKept(List<String> patterns) {
    return new ConversionRequest(
        precision, samples, shapes, patterns, keepsBoundary, judged, integers);
  }

  /** Inputs and outputs in half precision too, which saves copies. */
  public ConversionRequest withHalfBoundary() {
    return new ConversionRequest(precision, samples, shapes, kept, false, judged, integers);
  }

  public ConversionRequest withTargetAgreement(double share) {
    return withJudged(judged.withAgreement(share));
  }

  /** The largest root mean square error of values, as a fraction of their range. */
  public ConversionRequest withTargetError(double fraction) {
    return withJudged(judged.withError(fraction));
  }

  /** The least ratio of images to their errors, in dB. */
  public ConversionRequest withTargetSnr(double decibels) {
    return withJudged(judged.withSnr(decibels));
  }

  /** What outputs mean, by name; {@code *} for all that are not named. */
  public ConversionRequest withJudged(Map<String, OutputKind> kinds) {
    return withJudged(judged.withKinds(kinds));
  }

  private ConversionRequest withJudged(JudgeRequest other) {
    return new ConversionRequest(precision, samples, shapes, kept, keepsBoundary, other, integers);
  }

  public ConversionRequest withIntegers(QuantizationOptions options) {
    return new ConversionRequest(
        precision, samples, shapes, kept, keepsBoundary, judged, Optional.of(options));
  }
}
