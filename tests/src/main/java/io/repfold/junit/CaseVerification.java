package io.repfold.junit;

import io.repfold.check.Tolerance;
import io.repfold.pipeline.Steps;
import io.repfold.pipeline.compare.ComparisonRequest;
import io.repfold.pipeline.compare.ComparisonSetting;
import io.repfold.pipeline.compare.ModelComparer;
import io.repfold.pipeline.compare.ProvenFile;
import io.repfold.pipeline.compare.RewriteComparison;
import io.repfold.pipeline.convert.Precision;
import io.repfold.pipeline.files.TemporaryFolder;
import io.repfold.pipeline.inputs.SampleSource;
import io.repfold.runtime.Backends;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** One case, judged. */
final class CaseVerification {
  private final ContractCase parts;
  private final EquivalenceOptions options;
  private final String headline;

  CaseVerification(ContractCase parts, EquivalenceOptions options) {
    this.parts = parts;
    this.options = options;
    this.headline =
        "'%s' does not compute what '%s' computes, on %s in %s, %s"
            .formatted(
                parts.candidate(),
                parts.reference(),
                parts.engine().id(),
                parts.precisionName(),
                parts.input().map(Path::toString).orElse("random inputs"));
  }

  void run() {
    TemporaryFolder.delete(parts.folder());
    parts.requireFiles();
    Path candidate = parts.candidate();
    Tolerance tolerance = options.tolerance();
    boolean made = false;
    if (parts.precision().isPresent()) {
      Precision precision = parts.precision().get();
      double target = target(precision);
      NarrowCandidate narrow = new NarrowCandidate(parts, options, precision, target);
      tolerance = tolerance.withAgreement(target);
      made = narrow.isMade();
      if (made) {
        candidate = narrow.file();
        List<String> refusal = narrow.make();
        if (!refusal.isEmpty()) {
          throw RepfoldAssertions.failure(headline, refusal);
        }
      }
    }
    ComparisonRequest request = options.withTolerance(tolerance).request();
    SampleSource inputs = parts.inputs(options.shapes(), request);
    RewriteComparison found = compared(candidate, inputs, request, made);
    List<String> reasons = RepfoldAssertions.differences(found);
    if (reasons.isEmpty()) {
      TemporaryFolder.delete(parts.folder());
      return;
    }
    List<String> lines = new ArrayList<>(reasons);
    lines.addAll(
        new CaseEvidence(parts.reference(), candidate, inputs, tolerance, parts.folder())
            .of(found, settings()));
    throw RepfoldAssertions.failure(headline, lines);
  }

  /** Decisions on noise are close ones. */
  private double target(Precision precision) {
    return options
        .tolerance()
        .agreement()
        .orElse(parts.input().isPresent() ? precision.target() : precision.targetOnNoise());
  }

  private boolean isOnCpu() {
    return parts.engine().id().equals(Backends.onnxRuntimeCpu().id());
  }

  private List<ComparisonSetting> settings() {
    EngineOptions defaults = EngineOptions.defaults();
    return isOnCpu()
        ? ComparisonSetting.optimizerOffAndOn(defaults)
        : ComparisonSetting.engines(
            Backends.onnxRuntimeCpu(), List.of(parts.engine()), backend -> defaults);
  }

  private RewriteComparison compared(
      Path candidate, SampleSource inputs, ComparisonRequest request, boolean made) {
    Path reference = parts.reference();
    try {
      return isOnCpu()
          ? ProvenFile.compare(reference, candidate, inputs, request, Steps.UNHEARD)
          : new RewriteComparison(
              Optional.of(
                  ModelComparer.compare(
                      reference, candidate, inputs, request, settings(), Steps.UNHEARD)),
              Optional.empty());
    } catch (EngineException e) {
      if (made && e.isNoKernel()) {
        Assumptions.abort(
            "%s does not compute in %s: %s"
                .formatted(parts.engine().name(), parts.precisionName(), e.getMessage()));
      }
      RepfoldAssertions.requireSameInputs(headline, reference, candidate);
      throw e;
    }
  }
}
