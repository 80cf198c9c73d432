package io.repfold.pipeline.compare;

import io.repfold.check.Comparison;
import io.repfold.check.DecisionShare;
import io.repfold.check.OutputReport;
import io.repfold.check.Tolerance;
import io.repfold.check.Verdict;
import io.repfold.check.VerificationReport;
import io.repfold.pipeline.Phrases;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Two models compared, in one or several settings.
 *
 * @param runs at least one
 * @param inputs what they were compared on, for people
 * @param chosen whether a size of these was chosen here, because nobody gave it
 */
public record Verification(List<Run> runs, String inputs, boolean chosen) {
  /**
   * One comparison.
   *
   * @param setting where the models ran, such as {@code optimizer off}
   */
  public record Run(String setting, VerificationReport report) {}

  public Verification {
    runs = List.copyOf(runs);
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
   * Whether an output is so small on all inputs that the absolute tolerance decides: then the
   * comparison proves little. Scores behind a sigmoid often are. Where a share of decisions was
   * asked for, no tolerance decides.
   */
  public boolean isWeak() {
    return runs.stream()
        .flatMap(run -> run.report().outputs().stream().map(o -> isWeak(o, run.report())))
        .anyMatch(weak -> weak);
  }

  private static boolean isWeak(OutputReport output, VerificationReport report) {
    Tolerance tolerance = report.tolerance();
    double largest =
        output.samples().stream()
            .flatMap(sample -> sample.comparison().stream())
            .mapToDouble(Comparison::referenceMaxAbs)
            .max()
            .orElse(0);
    return output.decisions().isEmpty() && largest * tolerance.relative() <= tolerance.absolute();
  }

  /** Why it does not hold, or what a reader should know all the same; each line once. */
  public List<String> remarks() {
    Set<String> lines = new LinkedHashSet<>();
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

  /** The largest error of all outputs and runs, each compared with its own magnitude. */
  private String largestError() {
    return largestError(
        runs.stream()
            .flatMap(run -> run.report().outputs().stream())
            .flatMap(output -> output.worst().comparison().stream())
            .toList(),
        runs.get(0).report().tolerance());
  }

  /**
   * The largest error in words. Tensors so small that the absolute tolerance decides are left out,
   * unless there are no others: of those, the fraction means nothing.
   */
  static String largestError(List<Comparison> comparisons, Tolerance tolerance) {
    double fraction =
        comparisons.stream()
            .filter(c -> c.referenceMaxAbs() * tolerance.relative() > tolerance.absolute())
            .mapToDouble(Comparison::maxRelativeError)
            .max()
            .orElse(Double.NaN);
    double error = comparisons.stream().mapToDouble(Comparison::maxAbsError).max().orElse(0);
    return Double.isNaN(fraction)
        ? Phrases.small(error)
        : Phrases.small(fraction) + " of the largest magnitude";
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
    String allowed =
        "%s of the largest magnitude%s"
            .formatted(
                Phrases.small(tolerance.relative()),
                tolerance.absolute() > 0 ? " + " + Phrases.small(tolerance.absolute()) : "");
    return holds()
        ? "Verified: the largest error is %s (allowed: %s), on %s"
            .formatted(largestError(), allowed, inputs)
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
