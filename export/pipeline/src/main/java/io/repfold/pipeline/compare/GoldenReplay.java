package io.repfold.pipeline.compare;

import io.repfold.check.Criteria;
import io.repfold.check.OutputWatcher;
import io.repfold.check.ReferenceOutputs;
import io.repfold.check.VerificationReport;
import io.repfold.check.Verifier;
import io.repfold.onnx.Sha256;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.Steps;
import io.repfold.pipeline.golden.GoldenOutputs;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.TensorInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** One candidate beside golden outputs, on its way. */
final class GoldenReplay {
  /** What it takes to be the same. */
  interface Criterion {
    /**
     * @param explains whether it is known what rounding explains
     */
    Criteria of(boolean explains);
  }

  private final String name;
  private final GoldenOutputs golden;
  private final ReferenceOutputs expected;
  private final Path candidate;
  private final Criterion criterion;
  private final Steps steps;

  private final List<String> notes = new ArrayList<>();
  private final List<Verification.Run> runs = new ArrayList<>();

  GoldenReplay(
      String name,
      GoldenOutputs golden,
      ReferenceOutputs expected,
      Path candidate,
      Criterion criterion,
      Steps steps) {
    this.name = name;
    this.golden = golden;
    this.expected = expected;
    this.candidate = candidate;
    this.criterion = criterion;
    this.steps = steps;
  }

  Verification of(List<ComparisonSetting> settings) {
    for (ComparisonSetting setting : settings) {
      steps.next("comparing, " + setting.name());
      compare(setting);
    }
    notes.add(0, origin());
    if (!golden.hasNoise()) {
      notes.add(
          1,
          "%s: says nothing about rounding, so an error may be %s of its channel's magnitude"
              .formatted(name, Phrases.small(criterion.of(false).tolerance().relative())));
    }
    return new Verification(
        runs,
        "%s of %s".formatted(Phrases.plural(golden.samples().size(), "recorded sample"), name),
        false,
        notes);
  }

  private String origin() {
    String engine = golden.origin().engine();
    return golden
        .origin()
        .model()
        .map(
            model ->
                "%s: recorded from %s in %s; the candidate is %s file"
                    .formatted(
                        name,
                        model.file(),
                        engine,
                        model.sha256().equals(Sha256.of(candidate)) ? "the same" : "another"))
        .orElseGet(() -> "%s: recorded in %s".formatted(name, engine));
  }

  private void compare(ComparisonSetting setting) {
    boolean explains = golden.hasNoise() && ModelComparison.isNoiseKnownOf(setting.candidate());
    Criteria criteria = criterion.of(explains);
    try (Engine engine =
        ModelComparison.loadPlain(candidate, setting.candidate(), setting.candidateOptions())) {
      requireInputs(engine);
      VerificationReport report =
          ModelComparison.verified(expected, engine, criteria, OutputWatcher.NOBODY);
      runs.add(new Verification.Run(setting.name(), report));
    } catch (EngineException e) {
      if (!setting.optimizesCandidateOnCpu() || runs.isEmpty()) {
        throw e;
      }
      optimizerFailed(setting, criteria, e);
    }
  }

  private void optimizerFailed(
      ComparisonSetting setting, Criteria criteria, EngineException failure) {
    String reason =
        "ONNX Runtime's optimizer fails on the candidate, which it runs without: "
            + failure.getMessage();
    if (golden.origin().optimizerFails()) {
      notes.add(reason);
      return;
    }
    runs.add(
        new Verification.Run(
            setting.name(),
            Verifier.failed(expected, candidate.toString(), criteria.tolerance(), reason)));
  }

  private void requireInputs(Engine engine) {
    Set<String> recorded = new TreeSet<>();
    golden.samples().forEach(sample -> recorded.addAll(sample.inputs().keySet()));
    Set<String> taken =
        engine.inputs().stream()
            .map(TensorInfo::name)
            .collect(Collectors.toCollection(TreeSet::new));
    if (!recorded.equals(taken)) {
      throw PipelineException.work(
          "%s: takes the inputs %s, and %s holds %s; name the model's inputs as they were recorded, or record again"
              .formatted(candidate, taken, name, recorded));
    }
  }
}
