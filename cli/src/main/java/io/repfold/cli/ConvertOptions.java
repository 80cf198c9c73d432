package io.repfold.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
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

  @Option(
      names = "--target-agreement",
      paramLabel = "SHARE",
      description =
          "The share of decisions that must stay the same on the samples, at each output: the best"
              + " channel, or the side of --threshold where there is one channel (default: 0.999 for"
              + " fp16, 0.99 for bf16 and int8).")
  private @Nullable Double target;

  /** Refuses what contradicts itself, before any work is done. */
  void check() {
    samples.check();
    if (target != null && !(target >= 0 && target <= 1)) {
      throw new UsageException(
          "--target-agreement is a share from 0 to 1, such as 0.999, not " + target);
    }
  }

  SampleOptions samples() {
    return samples;
  }

  ShapeOption shape() {
    return shape;
  }

  IntegerOptions integers() {
    return integers;
  }

  List<String> keep() {
    return keep;
  }

  boolean keepsBoundary() {
    return boundary == Boundary.FLOAT;
  }

  /** Empty for what the precision usually reaches. */
  OptionalDouble target() {
    return target == null ? OptionalDouble.empty() : OptionalDouble.of(target);
  }

  double threshold() {
    return samples.threshold();
  }
}
