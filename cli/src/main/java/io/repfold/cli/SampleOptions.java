package io.repfold.cli;

import io.repfold.pipeline.convert.SampleRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
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

  @Mixin private ColorOptions colors;

  /**
   * What was asked for.
   *
   * @throws io.repfold.pipeline.PipelineException if it contradicts itself
   */
  SampleRequest request() {
    return new SampleRequest(
        data, optional(samples), optional(random), seed, threshold, colors.colors());
  }

  private static OptionalInt optional(@Nullable Integer count) {
    return count == null ? OptionalInt.empty() : OptionalInt.of(count);
  }
}
