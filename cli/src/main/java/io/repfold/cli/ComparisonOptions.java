package io.repfold.cli;

import io.repfold.check.Tolerance;
import io.repfold.pipeline.compare.ComparisonRequest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How many random inputs a comparison draws, and what it allows. */
final class ComparisonOptions {
  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "2",
      description = "Random inputs to compare on (default: ${DEFAULT-VALUE}).")
  private int samples;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "0",
      description = "Seed of all that is random (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--tolerance",
      paramLabel = "T",
      defaultValue = "1e-4",
      description =
          "Allowed error as a fraction of the largest magnitude of the reference's output (default:"
              + " ${DEFAULT-VALUE}).")
  private double tolerance;

  @Option(
      names = "--absolute",
      paramLabel = "A",
      defaultValue = "1e-6",
      description =
          "Allowed error in the output's own unit, added to --tolerance, because probabilities near"
              + " 0 have no more digits (default: ${DEFAULT-VALUE}).")
  private double absolute;

  @Option(
      names = "--agreement",
      paramLabel = "A",
      description =
          "Judge by this instead of the error: the fraction of positions, over all inputs, at which"
              + " the best channel, or the side of --threshold where there is one channel, must be the same,"
              + " such as 0.999 for a model in float16 or int8.")
  private @Nullable Double agreement;

  @Option(
      names = "--threshold",
      paramLabel = "T",
      defaultValue = "0.5",
      description =
          "With --agreement, what decides at outputs of one channel (default: ${DEFAULT-VALUE}).")
  private double threshold;

  /**
   * What was asked for.
   *
   * @throws UsageException if it compares nothing, or what is allowed is no number
   */
  ComparisonRequest request() {
    if (samples < 1) {
      throw new UsageException(
          "--samples must be at least 1, not %d: without an input nothing is compared"
              .formatted(samples));
    }
    return new ComparisonRequest(samples, seed, tolerance()).withThreshold(threshold);
  }

  long seed() {
    return seed;
  }

  private Tolerance tolerance() {
    try {
      Tolerance errors = new Tolerance(tolerance, absolute);
      return agreement == null ? errors : errors.withAgreement(agreement);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--tolerance, --absolute, --agreement: " + e.getMessage(), e);
    }
  }
}
