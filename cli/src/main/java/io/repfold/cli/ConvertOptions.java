package io.repfold.cli;

import io.repfold.pipeline.convert.ConversionRequest;
import io.repfold.pipeline.convert.Precision;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What {@code convert} is told about the conversion itself, whatever the precision. */
final class ConvertOptions {
  /** The type of a converted model's inputs and outputs. */
  enum Boundary {
    FLOAT,
    HALF
  }

  @Mixin private SampleOptions samples;

  @Mixin private ShapeOption shape;

  @Mixin private IntegerOptions integers;

  @Option(
      names = "--keep",
      paramLabel = "PATTERN",
      description =
          "Leave these nodes in float32: a node's name or the name of its output, with * for"
              + " anything. Repeatable.")
  private final List<String> keep = new ArrayList<>();

  @Option(
      names = "--io",
      paramLabel = "FLOAT|HALF",
      defaultValue = "float",
      description =
          "Type of the model's inputs and outputs: float (default) or half. Half saves copies, and"
              + " callers must give and take it.")
  private Boundary boundary;

  @Mixin private JudgeOptions judged;

  /**
   * What was asked for, but for shapes, which the model must be known to tell.
   *
   * @throws UsageException if it contradicts itself
   */
  ConversionRequest request(Precision precision) {
    ConversionRequest request =
        ConversionRequest.to(precision).withSamples(samples.request()).withKept(keep);
    request = judged.in(request);
    if (boundary == Boundary.HALF) {
      request = request.withHalfBoundary();
    }
    if (precision == Precision.INT8) {
      return integers.in(request);
    }
    integers.requireUnused();
    return request;
  }

  ShapeOption shape() {
    return shape;
  }
}
