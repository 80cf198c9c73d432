package io.repfold.pipeline.compare;

import io.repfold.pipeline.Steps;
import io.repfold.pipeline.inputs.SampleSource;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import java.nio.file.Path;
import java.util.List;

/** Runs two models on the same inputs. */
public final class ModelComparer {
  /** How many steps of a {@link Steps} a comparison in ONNX Runtime on the CPU takes. */
  public static final int STEPS = 3;

  private ModelComparer() {}

  /** Compares in ONNX Runtime on the CPU, with its optimizer off and then on. */
  public static Verification compare(
      Path reference, Path candidate, SampleSource inputs, ComparisonRequest request, Steps steps) {
    return compare(
        reference,
        candidate,
        inputs,
        request,
        ComparisonSetting.optimizerOffAndOn(EngineOptions.defaults()),
        steps);
  }

  /**
   * Compares, one model loaded at a time, best channels on the axis on which the reference's graph
   * has its classes. A reference in ONNX Runtime on the CPU is also compared with itself, with the
   * optimizer off and on, and in double precision where that is affordable, which tells the noise.
   *
   * <p>A model without a kernel in ONNX Runtime is compared in the reference interpreter instead,
   * if that is affordable; and where only the optimizer fails on a reference, it stays off.
   *
   * @param settings at least one; each is a step of the progress, and the noise is one more
   * @throws EngineException if a model cannot be loaded or run
   * @throws io.repfold.pipeline.PipelineException as a request if the absolute tolerance would
   *     accept a wrong network
   */
  public static Verification compare(
      Path reference,
      Path candidate,
      SampleSource inputs,
      ComparisonRequest request,
      List<ComparisonSetting> settings,
      Steps steps) {
    return compare(
        reference, candidate, inputs, request, settings, ReferenceModel.of(reference), steps);
  }

  /** Likewise, of a reference of which all is known. */
  static Verification compare(
      Path reference,
      Path candidate,
      SampleSource inputs,
      ComparisonRequest request,
      List<ComparisonSetting> settings,
      ReferenceModel known,
      Steps steps) {
    return new ModelComparison(reference, candidate, inputs, request, known, steps).of(settings);
  }
}
