package io.repfold.junit;

import io.repfold.check.RandomInputs;
import io.repfold.check.Verdict;
import io.repfold.check.VerificationReport;
import io.repfold.check.Verifier;
import io.repfold.fold.FoldOptions;
import io.repfold.fold.FoldReport;
import io.repfold.fold.Folder;
import io.repfold.onnx.OnnxModel;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.TensorInfo;
import java.nio.file.Path;
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
   * Asserts that two models give the same outputs for the same random inputs, on ONNX Runtime's CPU
   * backend.
   *
   * @throws AssertionError if an output differs by more than the tolerance, or the models do not
   *     have the same inputs and outputs; says which and by how much
   * @throws io.repfold.runtime.EngineException if a model cannot be read or run
   * @throws IllegalArgumentException if an input has dynamic dimensions and the options give it no
   *     shape
   */
  public static void assertEquivalent(Path reference, Path candidate, EquivalenceOptions options) {
    Backend backend = Backends.onnxRuntimeCpu();
    EngineOptions engineOptions = EngineOptions.defaults();
    try (Engine expected = backend.load(reference, engineOptions);
        Engine actual = backend.load(candidate, engineOptions)) {
      String headline = "'%s' does not compute what '%s' computes".formatted(candidate, reference);
      if (!inputs(expected).equals(inputs(actual))) {
        throw failure(
            headline,
            List.of(
                "it takes inputs %s, the other one %s"
                    .formatted(inputs(actual), inputs(expected))));
      }
      VerificationReport report =
          Verifier.verify(
              expected,
              actual,
              RandomInputs.samples(
                  expected.inputs(), options.seed(), options.shapes(), options.samples()),
              options.tolerance());
      if (report.verdict() instanceof Verdict.Different different) {
        throw failure(headline, different.reasons());
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
   * @throws AssertionError if something is left to fold; names each region
   * @throws io.repfold.onnx.OnnxFormatException if the file is not a valid model
   */
  public static void assertFolded(Path model, FoldOptions options) {
    FoldReport plan = Folder.plan(OnnxModel.read(model).graph(), options);
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

  private static AssertionError failure(String headline, List<String> reasons) {
    return new AssertionError("%s:\n  %s".formatted(headline, String.join("\n  ", reasons)));
  }
}
