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
 * @param speed what INT8 may take to convert, and whether times are measured
 */
public record ConversionRequest(
    Precision precision,
    SampleRequest samples,
    Map<String, long[]> shapes,
    List<String> kept,
    boolean keepsBoundary,
    JudgeRequest judged,
    Optional<QuantizationOptions> integers,
    SpeedRequest speed) {
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
        Optional.empty(),
        SpeedRequest.USUAL);
  }

  public ConversionRequest withSamples(SampleRequest other) {
    return new ConversionRequest(
        precision, other, shapes, kept, keepsBoundary, judged, integers, speed);
  }

  public ConversionRequest withShapes(Map<String, long[]> other) {
    return new ConversionRequest(
        precision, samples, other, kept, keepsBoundary, judged, integers, speed);
  }

  public ConversionRequest withKept(List<String> patterns) {
    return new ConversionRequest(
        precision, samples, shapes, patterns, keepsBoundary, judged, integers, speed);
  }

  /** Inputs and outputs in half precision too, which saves copies. */
  public ConversionRequest withHalfBoundary() {
    return new ConversionRequest(precision, samples, shapes, kept, false, judged, integers, speed);
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
    return new ConversionRequest(
        precision, samples, shapes, kept, keepsBoundary, other, integers, speed);
  }

  public ConversionRequest withIntegers(QuantizationOptions options) {
    return new ConversionRequest(
        precision, samples, shapes, kept, keepsBoundary, judged, Optional.of(options), speed);
  }

  /** INT8: layers stay float32 where integers do not pay on this machine, by measured times. */
  public ConversionRequest withMeasuredSpeed() {
    return withSpeed(new SpeedRequest(true, speed.searchSeconds()));
  }

  /** INT8: how long single layers may be tried where the target is missed. */
  public ConversionRequest withSearchSeconds(double seconds) {
    return withSpeed(new SpeedRequest(speed.measured(), seconds));
  }

  private ConversionRequest withSpeed(SpeedRequest other) {
    return new ConversionRequest(
        precision, samples, shapes, kept, keepsBoundary, judged, integers, other);
  }
}
