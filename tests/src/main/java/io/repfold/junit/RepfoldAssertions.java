package io.repfold.junit;

import io.repfold.check.Verdict;
import io.repfold.fold.FoldOptions;
import io.repfold.fold.FoldReport;
import io.repfold.fold.Folder;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.Steps;
import io.repfold.pipeline.compare.ProvenFile;
import io.repfold.pipeline.compare.RewriteComparison;
import io.repfold.pipeline.compare.Verification;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.TensorInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Assertions about ONNX files. One that does not hold throws an {@link AssertionError}, as JUnit
 * and its relatives expect; a file that cannot be read or run throws what its reader throws.
 */
public final class RepfoldAssertions {
  private RepfoldAssertions() {}

  /** As {@link #assertEquivalent(Path, Path, EquivalenceOptions)} with the default options. */
  public static void assertEquivalent(Path reference, Path candidate) {
    assertEquivalent(reference, candidate, EquivalenceOptions.DEFAULT);
  }

  /**
   * Asserts that two models give the same outputs for the same random inputs, in ONNX Runtime on
   * the CPU, as {@code repfold verify} does: with its optimizer off and on, best channels on the
   * axis on which the reference has its classes, and where an output is too small to prove much,
   * tensor by tensor inside. Sizes that neither the model nor the options give are tried out.
   *
   * @throws AssertionError if an output differs by more than the tolerance, or the models do not
   *     have the same inputs and outputs; says which and by how much
   * @throws io.repfold.runtime.EngineException if a model cannot be read or run
   * @throws io.repfold.pipeline.PipelineException if the model takes none of the sizes that are
   *     tried, or a given one does not fit it
   */
  public static void assertEquivalent(Path reference, Path candidate, EquivalenceOptions options) {
    String headline = "'%s' does not compute what '%s' computes".formatted(candidate, reference);
    RewriteComparison found;
    try {
      found =
          ProvenFile.compare(
              reference, candidate, options.shapes(), options.request(), Steps.UNHEARD);
    } catch (EngineException | PipelineException e) {
      requireSameInputs(headline, reference, candidate);
      throw e;
    }
    List<String> reasons = differences(found);
    if (!reasons.isEmpty()) {
      throw failure(headline, reasons);
    }
  }

  /** Why two models do not compute the same; nothing if they do. */
  static List<String> differences(RewriteComparison found) {
    List<String> reasons = new ArrayList<>();
    found.verification().ifPresent(v -> reasons.addAll(reasons(v)));
    found.layers().filter(l -> !l.holds()).ifPresent(l -> reasons.add(l.summary()));
    return reasons;
  }

  /** Of the first setting that does not hold: the others say the same once more. */
  private static List<String> reasons(Verification verification) {
    return verification.runs().stream()
        .filter(run -> run.report().verdict() instanceof Verdict.Different)
        .findFirst()
        .map(
            run ->
                ((Verdict.Different) run.report().verdict())
                    .reasons().stream().map(r -> "%s: %s".formatted(run.setting(), r)).toList())
        .orElse(List.of());
  }

  /** Where a comparison could not run, that is a difference if the inputs' names differ. */
  static void requireSameInputs(String headline, Path reference, Path candidate) {
    EngineOptions options = EngineOptions.defaults();
    try (Engine expected = Backends.onnxRuntimeCpu().load(reference, options);
        Engine actual = Backends.onnxRuntimeCpu().load(candidate, options)) {
      if (!inputs(expected).equals(inputs(actual))) {
        throw failure(
            headline,
            List.of(
                "it takes inputs %s, the other one %s"
                    .formatted(inputs(actual), inputs(expected))));
      }
    }
  }

  /** As {@link #assertFolded(Path, FoldOptions)} with the default options. */
  public static void assertFolded(Path model) {
    assertFolded(model, FoldOptions.DEFAULT);
  }

  /**
   * Asserts that a fold with these options would find nothing to fold. Computes no weights, so it
   * is quick.
   *
   * @throws AssertionError if something is left to fold, and names each region; or if callers may
   *     override weights
   * @throws io.repfold.onnx.OnnxFormatException if the file is not a valid model
   */
  public static void assertFolded(Path model, FoldOptions options) {
    ModelFile file = ModelFile.read(model);
    file.overridableWeights()
        .ifPresent(
            reason -> {
              throw failure("'%s' cannot be folded".formatted(model), List.of(reason));
            });
    FoldReport plan = Folder.plan(file.graph(), options);
    if (!plan.folded().isEmpty()) {
      throw failure(
          "'%s' is not folded".formatted(model),
          plan.folded().stream().map(RepfoldAssertions::describe).toList());
    }
  }

  private static Set<String> inputs(Engine engine) {
    return engine.inputs().stream()
        .map(TensorInfo::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String describe(FoldReport.Folded region) {
    return "'%s' can be %s instead of %d nodes (%s)"
        .formatted(
            region.target(),
            region.became().size() == 1
                ? "one convolution"
                : "%d convolutions".formatted(region.became().size()),
            region.held().size(),
            String.join(", ", region.held()));
  }

  static AssertionError failure(String headline, List<String> reasons) {
    return new AssertionError("%s:\n  %s".formatted(headline, String.join("\n  ", reasons)));
  }
}
