package io.repfold.pipeline.compare;

import io.repfold.check.ChannelAxes;
import io.repfold.check.ReferenceOutputs;
import io.repfold.check.Tolerance;
import io.repfold.check.Verifier;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.Steps;
import io.repfold.pipeline.inputs.SampleSource;
import io.repfold.pipeline.inputs.Samples;
import io.repfold.precision.Decisions;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs two models on the same inputs. */
public final class ModelComparer {
  /** How many steps of a {@link Steps} a comparison in ONNX Runtime on the CPU takes. */
  public static final int STEPS = 2;

  private ModelComparer() {}

  /** Compares in ONNX Runtime on the CPU, with its optimizer off and then on. */
  public static Verification compare(
      Path reference, Path candidate, SampleSource inputs, Tolerance tolerance, Steps steps) {
    return compare(
        reference,
        candidate,
        inputs,
        tolerance,
        Decisions.USUAL_THRESHOLD,
        ComparisonSetting.optimizerOffAndOn(EngineOptions.defaults()),
        steps);
  }

  /**
   * Compares, one model loaded at a time, best channels on the axis on which the reference's graph
   * has its classes.
   *
   * @param threshold what decides at outputs of one channel, where the tolerance asks for a share
   *     of decisions
   * @param settings at least one; each is a step of the progress
   * @throws EngineException if a model cannot be loaded or run
   */
  public static Verification compare(
      Path reference,
      Path candidate,
      SampleSource inputs,
      Tolerance tolerance,
      double threshold,
      List<ComparisonSetting> settings,
      Steps steps) {
    return compare(
        reference,
        candidate,
        inputs,
        tolerance,
        threshold,
        settings,
        OutputAxes.of(reference),
        steps);
  }

  /** Likewise, with axes that are known. */
  static Verification compare(
      Path reference,
      Path candidate,
      SampleSource inputs,
      Tolerance tolerance,
      double threshold,
      List<ComparisonSetting> settings,
      ChannelAxes axes,
      Steps steps) {
    List<Verification.Run> runs = new ArrayList<>();
    Samples samples = null;
    ReferenceOutputs expected = null;
    ComparisonSetting last = null;
    for (ComparisonSetting setting : settings) {
      steps.next("comparing, " + setting.name());
      if (expected == null || last == null || !setting.hasReferenceOf(last)) {
        try (Engine first = setting.reference().load(reference, setting.referenceOptions())) {
          refuseTf32(first, setting.referenceOptions());
          if (samples == null) {
            samples = inputs.of(first);
          }
          expected = ReferenceOutputs.of(first, samples.inputs());
        }
      }
      last = setting;
      try (Engine second = setting.candidate().load(candidate, setting.candidateOptions())) {
        refuseTf32(second, setting.candidateOptions());
        runs.add(
            new Verification.Run(
                setting.name(),
                Verifier.verify(
                    expected, second, tolerance, axes, new ThresholdDecider(threshold))));
      }
    }
    if (samples == null) {
      throw new IllegalStateException("A comparison has at least one run");
    }
    return new Verification(runs, samples.description(), samples.chosen());
  }

  /** A plan may have been compiled with TF32, whatever the options of this comparison say. */
  private static void refuseTf32(Engine engine, EngineOptions asked) {
    if (engine.options().tf32() && !asked.tf32()) {
      throw PipelineException.work(
          "%s: was compiled withTf32, which moves outputs by about 1e-3 of their magnitude; compile it without to compare it"
              .formatted(engine.name()));
    }
  }
}
