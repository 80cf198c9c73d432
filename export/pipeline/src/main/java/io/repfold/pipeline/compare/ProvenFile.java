package io.repfold.pipeline.compare;

import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.Steps;
import io.repfold.pipeline.inputs.InputValues;
import io.repfold.pipeline.inputs.SampleSource;
import io.repfold.runtime.EngineOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether a rewritten model computes what the one computes that it was made of. */
public final class ProvenFile {
  /** How many {@link Steps} a comparison takes. */
  public static final int STEPS = ModelComparer.STEPS;

  private ProvenFile() {}

  /**
   * Compares a file on its way with the one that it was made of. Lets go of a large original, since
   * the comparison reads the files, and asks for the memory: it should be all that the caller holds
   * of either model.
   *
   * @param result the file on its way
   * @param shapes of the inputs to compare on, where the model leaves them open
   * @param request empty for no comparison
   * @throws io.repfold.pipeline.PipelineException if no size of an open input is taken
   * @throws io.repfold.runtime.EngineException if ONNX Runtime does not take a model
   */
  public static RewriteComparison compare(
      Path result,
      ModelFile original,
      Map<String, long[]> shapes,
      Optional<ComparisonRequest> request,
      Steps steps) {
    return request
        .map(asked -> compare(result, original, shapes, asked, steps))
        .orElse(RewriteComparison.NONE);
  }

  private static RewriteComparison compare(
      Path result,
      ModelFile original,
      Map<String, long[]> shapes,
      ComparisonRequest request,
      Steps steps) {
    ReferenceModel known = ReferenceModel.of(original);
    if (original.release()) {
      System.gc(); // what is mapped is given back by nothing else
    }
    return compare(original.path(), result, random(shapes, request), request, known, steps);
  }

  /**
   * Compares the outputs of two files, with ONNX Runtime's optimizer off and on, and where they
   * prove little, the tensors inside.
   *
   * @param shapes of the inputs to compare on, where the model leaves them open
   */
  public static RewriteComparison compare(
      Path original,
      Path result,
      Map<String, long[]> shapes,
      ComparisonRequest request,
      Steps steps) {
    return compare(original, result, random(shapes, request), request, steps);
  }

  /** Likewise, on inputs of the caller's. */
  public static RewriteComparison compare(
      Path original, Path result, SampleSource inputs, ComparisonRequest request, Steps steps) {
    return compare(original, result, inputs, request, ReferenceModel.of(original), steps);
  }

  private static SampleSource random(Map<String, long[]> shapes, ComparisonRequest request) {
    return SampleSource.of(shapes, request.samples(), request.seed(), request.sweeps());
  }

  private static RewriteComparison compare(
      Path original,
      Path result,
      SampleSource source,
      ComparisonRequest request,
      ReferenceModel known,
      Steps steps) {
    InputValues values = request.inputs();
    SampleSource inputs = values.in(source);
    // Between the few runs, waiting threads would take as much of the processor as the work.
    EngineOptions options =
        EngineOptions.defaults().withSessionOption("session.intra_op.allow_spinning", "0");
    Verification verification =
        ModelComparer.compare(
            original,
            result,
            inputs,
            request,
            given(values, ComparisonSetting.candidateOptimizerOffAndOn(options)),
            known,
            steps);
    if (verification.isOnlyLastDifferent()) {
      // The optimizer may change what the original computes too: then it is none of the result's.
      verification =
          ModelComparer.compare(
              original,
              result,
              inputs,
              request,
              given(values, ComparisonSetting.optimizerOffAndOn(options)),
              known,
              Steps.UNHEARD);
    }
    Optional<LayerComparison> layers =
        verification.isEmpty() || (verification.holds() && verification.isWeak())
            ? Optional.of(
                LayerComparison.run(original, result, inputs, values, request.tolerance()))
            : Optional.empty();
    return new RewriteComparison(Optional.of(verification), layers);
  }

  private static List<ComparisonSetting> given(
      InputValues values, List<ComparisonSetting> settings) {
    return settings.stream().map(setting -> setting.with(values)).toList();
  }
}
