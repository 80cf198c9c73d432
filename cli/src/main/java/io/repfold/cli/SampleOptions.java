package io.repfold.cli;

import io.repfold.pipeline.inputs.ImageColors;
import io.repfold.pipeline.inputs.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a model is run on where its own numbers are looked at. */
final class SampleOptions {
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

  @Option(
      names = "--threshold",
      paramLabel = "T",
      defaultValue = "0.5",
      description = "What decides at outputs of one channel (default: ${DEFAULT-VALUE}).")
  private double threshold;

  @Mixin private ColourOptions colours;

  /** Refuses what contradicts itself, before any work is done. */
  void check() {
    if (!data.isEmpty() && random != null) {
      throw new UsageException("--data and --random: give one of them, not both");
    }
    requirePositive("--random", random);
    requirePositive("--samples", samples);
    if (Double.isNaN(threshold)) {
      throw new UsageException("--threshold must be a number");
    }
  }

  private static void requirePositive(String option, @Nullable Integer count) {
    if (count != null && count < 1) {
      throw new UsageException("%s must be at least 1, not %d".formatted(option, count));
    }
  }

  /** Whether there is anything to run the model on. */
  boolean given() {
    return !data.isEmpty() || random != null;
  }

  double threshold() {
    return threshold;
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

  ImageColors colors() {
    return colours.colors();
  }
}
