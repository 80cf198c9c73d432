package io.repfold.cli;

import io.repfold.check.Allowance;
import io.repfold.check.Tolerance;
import io.repfold.pipeline.compare.ComparisonRequest;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Set;
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
      description =
          "Allowed error as a fraction of the largest magnitude of each channel of the reference's"
              + " output, whatever rounding explains (default: 4 times the noise, and at most 1e-4 of"
              + " the magnitude; the noise is by how much the reference differs from itself).")
  private @Nullable Double tolerance;

  @Option(
      names = "--absolute",
      paramLabel = "A",
      defaultValue = "0",
      description =
          "Allowed error in the output's own unit, added to what is allowed otherwise (default:"
              + " ${DEFAULT-VALUE}).")
  private double absolute;

  @Option(
      names = "--agreement",
      paramLabel = "A",
      description =
          "Judge by this instead of the error: the fraction of decisions, over all inputs, that must"
              + " be the same, such as 0.999 for a model in float16 or int8: the best class, the side of"
              + " --threshold of scores, or a value to 5 %% of its range, by what the graph shows.")
  private @Nullable Double agreement;

  @Option(
      names = "--threshold",
      paramLabel = "T",
      defaultValue = "0.5",
      description =
          "What decides at outputs of scores, or of one channel (default: ${DEFAULT-VALUE}).")
  private double threshold;

  @Option(
      names = "--allow",
      paramLabel = "WHAT",
      split = ",",
      description =
          "What the candidate's outputs may do differently: order (come in another order), names"
              + " (have other names: they are matched by their places), types (have another floating"
              + " type).")
  private final Set<String> allowed = new LinkedHashSet<>();

  @Option(
      names = "--budget",
      paramLabel = "SECONDS",
      defaultValue = "3",
      description =
          "Beside the random inputs of --samples, the models are compared at further sizes, where"
              + " these are open (batch 2, an odd one, a small one, one above 256), and on further"
              + " values (0.1, 10 and 255 times as large, all zeros, all ones, one hot pixel), until the"
              + " reference's runs have taken so long (default: ${DEFAULT-VALUE}; 0 for none).")
  private double budget;

  /**
   * What was asked for.
   *
   * @throws UsageException if it compares nothing, or what is allowed is no number
   */
  ComparisonRequest request() {
    return request(Tolerance.NETWORK);
  }

  /**
   * Likewise.
   *
   * @param usual what the tolerance is as far as it was not given
   */
  ComparisonRequest request(Tolerance usual) {
    if (samples < 1) {
      throw new UsageException(
          "--samples must be at least 1, not %d: without an input nothing is compared"
              .formatted(samples));
    }
    return new ComparisonRequest(samples, seed, tolerance(usual))
        .withThreshold(threshold)
        .withAllowed(allowances())
        .withBudget(budget);
  }

  private Set<Allowance> allowances() {
    Set<Allowance> found = EnumSet.noneOf(Allowance.class);
    for (String name : allowed) {
      found.add(
          Arrays.stream(Allowance.values())
              .filter(allowance -> allowance.name().equalsIgnoreCase(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new UsageException(
                          "--allow takes order, names and types, not '%s'".formatted(name))));
    }
    return found;
  }

  long seed() {
    return seed;
  }

  private Tolerance tolerance(Tolerance usual) {
    try {
      Tolerance errors = tolerance == null ? usual : usual.withoutNoise().withRelative(tolerance);
      errors = absolute == 0 ? errors : errors.withAbsolute(absolute);
      return agreement == null ? errors : errors.withAgreement(agreement);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--tolerance, --absolute, --agreement: " + e.getMessage(), e);
    }
  }
}
