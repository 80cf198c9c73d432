package io.repfold.cli;

import io.repfold.check.Tolerance;
import io.repfold.check.Verifier;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs two models on the same inputs. */
final class VerificationRunner {
  /** How many steps of a {@link Progress} a comparison in ONNX Runtime on the CPU takes. */
  static final int STEPS = 2;

  /** What to run the models on. */
  interface Inputs {
    /** One map a sample; asked once, of the reference model. */
    Samples of(Engine reference);
  }

  /**
   * Inputs and what they are.
   *
   * @param description for people, such as {@code 2 random inputs x 1x3x64x96, seed 0}
   */
  record Samples(List<Map<String, HostTensor>> inputs, String description) {}

  private VerificationRunner() {}

  /** Random inputs, of shapes that are given, declared or tried out. */
  static Inputs random(Map<String, long[]> shapes, ComparisonOptions options) {
    return engine -> {
      InputShapes found = InputShapes.find(engine, shapes);
      List<Map<String, HostTensor>> inputs = new ArrayList<>();
      for (int i = 0; i < options.samples(); i++) {
        inputs.add(InputShapes.random(engine, options.seed() + i, found.sizes()));
      }
      String how = found.chosen() ? " (sizes chosen here; --shape sets others)" : "";
      return new Samples(
          inputs,
          "%s %s, seed %d%s"
              .formatted(
                  Text.plural(options.samples(), "random input"),
                  found.text(),
                  options.seed(),
                  how));
    };
  }

  /** Compares in ONNX Runtime on the CPU, with its optimiser off and then on. */
  static Verification run(
      Path reference, Path candidate, Inputs inputs, Tolerance tolerance, Progress progress) {
    return run(
        reference,
        candidate,
        inputs,
        tolerance,
        Setting.optimizerOffAndOn(EngineOptions.defaults()),
        progress);
  }

  /**
   * Compares.
   *
   * @param settings at least one; each is a step of the progress
   * @throws EngineException if a model cannot be loaded or run
   */
  static Verification run(
      Path reference,
      Path candidate,
      Inputs inputs,
      Tolerance tolerance,
      List<Setting> settings,
      Progress progress) {
    List<Verification.Run> runs = new ArrayList<>();
    Samples samples = null;
    for (Setting setting : settings) {
      progress.next("comparing, " + setting.name());
      try (Engine first = setting.reference().load(reference, setting.referenceOptions());
          Engine second = setting.candidate().load(candidate, setting.candidateOptions())) {
        refuseTf32(first, setting.referenceOptions());
        refuseTf32(second, setting.candidateOptions());
        if (samples == null) {
          samples = inputs.of(first);
        }
        runs.add(
            new Verification.Run(
                setting.name(), Verifier.verify(first, second, samples.inputs(), tolerance)));
      }
    }
    if (samples == null) {
      throw new IllegalStateException("A comparison has at least one run");
    }
    return new Verification(runs, samples.description());
  }

  /** A plan may have been compiled with TF32, whatever the options of this comparison say. */
  private static void refuseTf32(Engine engine, EngineOptions asked) {
    if (engine.options().tf32() && !asked.tf32()) {
      throw new WorkFailedException(
          "%s: was compiled with --tf32, which moves outputs by about 1e-3 of their magnitude; compile it without to compare it"
              .formatted(engine.name()));
    }
  }
}
