package io.repfold.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description =
          "Samples of what the model will see: a folder of images (PNG, JPEG), .npy or .npz files,"
              + " or one such file. They tell the ranges of all tensors, and the result is compared"
              + " with the original on them. Repeatable.")
  private final List<Path> data = new ArrayList<>();

  @Option(
      names = "--samples",
      paramLabel = "N",
      description = "Take only N of the samples, spread evenly (default: all).")
  private @Nullable Integer samples;

  @Option(
      names = "--random",
      paramLabel = "N",
      description =
          "Use N random inputs instead of data: enough to try a model out, not to tell its ranges.")
  private @Nullable Integer random;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "0",
      description = "Seed of random inputs (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private ShapeOption shape;

  @Mixin private ColourOptions colours;

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

  @Option(
      names = "--threshold",
      paramLabel = "T",
      defaultValue = "0.5",
      description = "What decides at outputs of one channel (default: ${DEFAULT-VALUE}).")
  private double threshold;

  /** Refuses what contradicts itself, before any work is done. */
  void check() {
    if (!data.isEmpty() && random != null) {
      throw new UsageException("--data and --random: give one of them, not both");
    }
    requirePositive("--random", random);
    requirePositive("--samples", samples);
    if (target != null && !(target >= 0 && target <= 1)) {
      throw new UsageException(
          "--target-agreement is a share from 0 to 1, such as 0.999, not " + target);
    }
    if (Double.isNaN(threshold)) {
      throw new UsageException("--threshold must be a number");
    }
  }

  private static void requirePositive(String option, @Nullable Integer count) {
    if (count != null && count < 1) {
      throw new UsageException("%s must be at least 1, not %d".formatted(option, count));
    }
  }

  /** As many of these as are wanted. */
  List<Sample> some(List<Sample> all) {
    if (samples == null || samples >= all.size()) {
      return all;
    }
    List<Sample> some = new ArrayList<>();
    for (int i = 0; i < samples; i++) {
      some.add(all.get((int) ((long) i * all.size() / samples)));
    }
    return some;
  }

  List<Path> data() {
    return data;
  }

  /** How many random inputs to take; empty for none. */
  Optional<Integer> random() {
    return Optional.ofNullable(random);
  }

  long seed() {
    return seed;
  }

  ShapeOption shape() {
    return shape;
  }

  ColourOptions colours() {
    return colours;
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
    return threshold;
  }
}
