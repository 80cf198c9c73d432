package io.repfold.pipeline.compare;

import io.repfold.check.Comparison;
import io.repfold.check.DecisionShare;
import io.repfold.check.OutputReport;
import io.repfold.check.PartError;
import io.repfold.check.Tolerance;
import io.repfold.check.Verdict;
import io.repfold.check.VerificationReport;
import io.repfold.pipeline.Phrases;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Two models compared, in one or several settings.
 *
 * @param runs at least one
 * @param inputs what they were compared on, for people
 * @param chosen whether a size of these was chosen here, because nobody gave it
 * @param notes on how the models ran
 */
public record Verification(List<Run> runs, String inputs, boolean chosen, List<String> notes) {
  /** A share of the magnitude from which on what is allowed proves little. */
  private static final double WEAK = 0.1;

  /**
   * One comparison.
   *
   * @param setting where the models ran, such as {@code optimizer off}
   * @param segmentations of the outputs that segment images, if that was asked for
   */
  public record Run(
      String setting, VerificationReport report, List<SegmentedOutput> segmentations) {
    public Run {
      segmentations = List.copyOf(segmentations);
    }

    /** Without segmentations. */
    public Run(String setting, VerificationReport report) {
      this(setting, report, List.of());
    }
  }

  public Verification {
    runs = List.copyOf(runs);
    notes = List.copyOf(notes);
  }

  public boolean holds() {
    return runs.stream().allMatch(run -> run.report().verdict().isEquivalent());
  }

  /** Whether the models differ in the last setting only. */
  boolean isOnlyLastDifferent() {
    int last = runs.size() - 1;
    return !runs.get(last).report().verdict().isEquivalent()
        && runs.subList(0, last).stream().allMatch(r -> r.report().verdict().isEquivalent());
  }

  /**
   * Whether every output is empty on all inputs: then nothing was compared, and it does not hold.
   */
  public boolean isEmpty() {
    return runs.stream().allMatch(run -> run.report().isEmpty());
  }

  /**
   * Whether an output is so small on all inputs that it may be off by a tenth of itself: then the
   * comparison proves little. Scores behind a sigmoid often are. Where a share of decisions was
   * asked for, no tolerance decides.
   */
  public boolean isWeak() {
    return runs.stream()
        .flatMap(run -> run.report().outputs().stream())
        .anyMatch(Verification::isWeak);
  }

  private static boolean isWeak(OutputReport output) {
    return output.decisions().isEmpty()
        && output.samples().stream()
            .flatMap(sample -> sample.comparison().stream())
            .allMatch(c -> c.worstPart().allowed() >= WEAK * c.worstPart().magnitude());
  }

  /** Why it does not hold, or what a reader should know all the same; each line once. */
  public List<String> remarks() {
    Set<String> lines = new LinkedHashSet<>(notes);
    for (Run run : runs) {
      Verdict verdict = run.report().verdict();
      List<String> remarks =
          verdict instanceof Verdict.Different different
              ? different.reasons()
              : ((Verdict.Equivalent) verdict).notes();
      remarks.forEach(remark -> lines.add("%s: %s".formatted(run.setting(), remark)));
    }
    return List.copyOf(lines);
  }

  /** The part of all outputs and runs whose error uses up most of what is allowed. */
  private Optional<PartError> worst() {
    return worst(
        runs.stream()
            .flatMap(run -> run.report().outputs().stream())
            .flatMap(output -> output.worst().comparison().stream())
            .toList());
  }

  private static Optional<PartError> worst(List<Comparison> comparisons) {
    return comparisons.stream()
        .map(Comparison::worstPart)
        .max(Comparator.comparingDouble(PartError::used));
  }

  /** The error in words that uses up most of what is allowed. */
  static String largestError(List<Comparison> comparisons) {
    return worst(comparisons).map(Verification::error).orElse("0");
  }

  private static String error(PartError worst) {
    if (worst.magnitude() == 0 || worst.error() == 0) {
      return Phrases.small(worst.error());
    }
    String noise =
        Double.isNaN(worst.noise()) || worst.noise() == 0
            ? ""
            : ", %s times the noise".formatted(Phrases.fixed(worst.error() / worst.noise(), 1));
    return Phrases.small(worst.relative()) + " of the magnitude" + noise;
  }

  /** What is allowed, in words. */
  private static String allowed(Tolerance tolerance) {
    String absolute = tolerance.absolute() > 0 ? " + " + Phrases.small(tolerance.absolute()) : "";
    String relative = Phrases.small(tolerance.relative()) + " of the magnitude";
    return tolerance.noise().isPresent()
        ? "%s times the noise, at most %s%s"
            .formatted(Phrases.fixed(tolerance.noise().getAsDouble(), 0), relative, absolute)
        : relative + absolute;
  }

  /** The verdict in a sentence. */
  public String summary() {
    if (isEmpty()) {
      return "NOTHING WAS COMPARED: every output is empty, on " + inputs;
    }
    Tolerance tolerance = runs.get(0).report().tolerance();
    if (tolerance.agreement().isPresent()) {
      return agreementSummary(tolerance.agreement().getAsDouble());
    }
    String allowed = allowed(tolerance);
    return holds()
        ? "Verified: the largest error is %s (allowed: %s), on %s"
            .formatted(worst().map(Verification::error).orElse("0"), allowed, inputs)
        : "NOT the same within %s, on %s".formatted(allowed, inputs);
  }

  private String agreementSummary(double target) {
    List<OutputReport> outputs =
        runs.stream().flatMap(run -> run.report().outputs().stream()).toList();
    if (!holds()) {
      boolean all = outputs.stream().allMatch(output -> output.decisions().isPresent());
      return "NOT the same: %s of decisions must stay the same%s, on %s"
          .formatted(target, all ? "" : withoutChannels(), inputs);
    }
    return "Verified: %s, on %s".formatted(decided(outputs, target), inputs);
  }

  private String withoutChannels() {
    return ", and outputs without channels within %s of their largest magnitude"
        .formatted(Phrases.small(runs.get(0).report().tolerance().relative()));
  }

  /** The output of the smallest share, or that there is nothing to decide. */
  private static String decided(List<OutputReport> outputs, double target) {
    return outputs.stream()
        .flatMap(output -> output.decisions().stream())
        .min(Comparator.comparingDouble(DecisionShare::share))
        .map(
            worst ->
                "%s the same at %s of %s positions (asked for: %s)"
                    .formatted(
                        worst.what(),
                        Phrases.fixed(worst.share(), 6),
                        Phrases.count(worst.positions()),
                        target))
        .orElse("no output decides between channels, and the errors are within the tolerance");
  }
}
