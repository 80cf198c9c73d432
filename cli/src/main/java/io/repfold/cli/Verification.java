package io.repfold.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.check.ArgmaxAgreement;
import io.repfold.check.Comparison;
import io.repfold.check.OutputReport;
import io.repfold.check.Tolerance;
import io.repfold.check.Verdict;
import io.repfold.check.VerificationReport;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Two models compared, in one or several settings.
 *
 * @param runs at least one
 * @param inputs what they were compared on, for people
 */
record Verification(List<Run> runs, String inputs) {
  /**
   * One comparison.
   *
   * @param setting where the models ran, such as {@code optimizer off}
   */
  record Run(String setting, VerificationReport report) {}

  Verification {
    runs = List.copyOf(runs);
  }

  boolean holds() {
    return runs.stream().allMatch(run -> run.report().verdict().isEquivalent());
  }

  /**
   * Whether every output is empty on all inputs: then nothing was compared, and it does not hold.
   */
  boolean isEmpty() {
    return runs.stream().allMatch(run -> run.report().isEmpty());
  }

  /**
   * Whether an output is so small on all inputs that the absolute tolerance decides: then the
   * comparison proves little. Scores behind a sigmoid often are.
   */
  boolean isWeak() {
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
    return largest * tolerance.relative() <= tolerance.absolute();
  }

  /** Why it does not hold, or what a reader should know all the same; each line once. */
  List<String> remarks() {
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
        ? Text.small(error)
        : Text.small(fraction) + " of the largest magnitude";
  }

  /** One row an output and run, with its worst sample. */
  List<List<String>> rows() {
    List<List<String>> rows = new ArrayList<>();
    for (Run run : runs) {
      for (OutputReport output : run.report().outputs()) {
        rows.add(row(run, output));
      }
    }
    return rows;
  }

  static List<String> headings() {
    return List.of(
        "setting",
        "output",
        ">max abs error",
        ">of max",
        ">mean abs error",
        ">cosine",
        ">PSNR dB",
        ">same best channel",
        "verdict");
  }

  private static List<String> row(Run run, OutputReport output) {
    List<String> row = new ArrayList<>(List.of(run.setting(), Text.shortened(output.name(), 40)));
    row.addAll(numbers(output));
    row.add(output.verdict().isEquivalent() ? "same" : "DIFFERENT");
    return row;
  }

  private static List<String> numbers(OutputReport output) {
    if (output.worst().comparison().isEmpty()) {
      return List.of("-", "-", "-", "-", "-", "-");
    }
    Comparison c = output.worst().comparison().get();
    return List.of(
        Text.small(c.maxAbsError()),
        Text.small(c.maxRelativeError()),
        Text.small(c.meanAbsError()),
        Text.fixed(c.cosineSimilarity(), 9),
        Double.isFinite(c.psnr()) ? Text.fixed(c.psnr(), 1) : "exact",
        c.argmax()
            .filter(a -> a.positions() > 0)
            .map(a -> Text.fixed(100 * a.agreement(), 3) + " %")
            .orElse("-"));
  }

  /** The verdict in a sentence. */
  String summary() {
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
                Text.small(tolerance.relative()),
                tolerance.absolute() > 0 ? " + " + Text.small(tolerance.absolute()) : "");
    return holds()
        ? "Verified: the largest error is %s (allowed: %s), on %s"
            .formatted(largestError(), allowed, inputs)
        : "NOT the same within %s, on %s".formatted(allowed, inputs);
  }

  private String agreementSummary(double target) {
    String asked =
        "the best channel the same at %s of the positions of every input".formatted(target);
    if (!holds()) {
      return "NOT the same: %s is asked for, on %s".formatted(asked, inputs);
    }
    double lowest =
        runs.stream()
            .flatMap(run -> run.report().outputs().stream())
            .flatMap(output -> output.samples().stream())
            .flatMap(sample -> sample.comparison().stream())
            .mapToDouble(c -> c.argmax().map(ArgmaxAgreement::agreement).orElse(c.equalFraction()))
            .min()
            .orElse(1);
    return "Verified: %s (asked for: %s), on %s".formatted(Text.fixed(lowest, 6), asked, inputs);
  }

  /** Everything that is known of every sample. */
  JsonNode json() {
    ObjectNode root = Json.object();
    root.put("holds", holds());
    root.put("inputs", inputs);
    root.set("tolerance", Json.of(runs.get(0).report().tolerance()));
    ArrayNode all = root.putArray("runs");
    for (Run run : runs) {
      ObjectNode node = all.addObject();
      node.put("setting", run.setting());
      node.put("reference", run.report().reference());
      node.put("candidate", run.report().candidate());
      node.put("samples", run.report().samples());
      ArrayNode outputs = node.putArray("outputs");
      for (OutputReport output : run.report().outputs()) {
        outputs.add(json(output));
      }
    }
    return root;
  }

  private static ObjectNode json(OutputReport output) {
    ObjectNode node = Json.object();
    node.put("name", output.name());
    node.put("holds", output.verdict().isEquivalent());
    node.put("worstSample", output.worst().sample());
    output
        .worst()
        .comparison()
        .ifPresent(
            c -> {
              ObjectNode numbers = (ObjectNode) Json.of(c);
              numbers.set("maxRelativeError", Json.of(c.maxRelativeError()));
              numbers.remove("argmax");
              c.argmax().ifPresent(a -> numbers.set("bestChannel", Json.of(a)));
              node.set("comparison", numbers);
            });
    node.set(
        "remarks",
        Json.of(
            output.verdict() instanceof Verdict.Different different
                ? different.reasons()
                : ((Verdict.Equivalent) output.verdict()).notes()));
    return node;
  }
}
