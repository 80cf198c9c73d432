package io.repfold.pipeline.compare;

import io.repfold.check.ChannelAxes;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.Steps;
import io.repfold.pipeline.files.StagedFile;
import io.repfold.pipeline.inputs.SampleSource;
import io.repfold.runtime.EngineOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A file that appears only if its model computes what another does. */
public final class ProvenFile {
  /** How many {@link Steps} {@link #write} takes. */
  public static final int STEPS = 1 + ModelComparer.STEPS;

  private ProvenFile() {}

  /**
   * Writes a model that is to compute what another does; it appears under its name only if it does.
   *
   * @param shapes of the inputs to compare on, where the model leaves them open
   * @param request empty for no comparison
   * @return how they compared; the file is there if it {@link RewriteComparison#holds}
   * @throws io.repfold.pipeline.PipelineException if no size of an open input is taken
   * @throws io.repfold.runtime.EngineException if ONNX Runtime does not take a model
   */
  public static RewriteComparison write(
      OnnxModel result,
      Path target,
      ModelFile original,
      Map<String, long[]> shapes,
      Optional<ComparisonRequest> request,
      Steps steps) {
    steps.next("writing");
    try (StagedFile staged = StagedFile.of(target)) {
      result.write(staged.file());
      RewriteComparison comparison =
          request
              .map(
                  asked ->
                      compare(
                          original.path(),
                          staged.file(),
                          shapes,
                          asked,
                          OutputAxes.of(original.graph()),
                          steps))
              .orElse(RewriteComparison.NONE);
      if (comparison.holds()) {
        staged.commit();
      }
      return comparison;
    }
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
    return compare(original, result, shapes, request, OutputAxes.of(original), steps);
  }

  private static RewriteComparison compare(
      Path original,
      Path result,
      Map<String, long[]> shapes,
      ComparisonRequest request,
      ChannelAxes axes,
      Steps steps) {
    SampleSource inputs = SampleSource.random(shapes, request.samples(), request.seed());
    List<ComparisonSetting> settings =
        ComparisonSetting.optimizerOffAndOn(EngineOptions.defaults());
    Verification verification =
        ModelComparer.compare(
            original,
            result,
            inputs,
            request.tolerance(),
            request.threshold(),
            settings,
            axes,
            steps);
    Optional<LayerComparison> layers =
        verification.isEmpty() || (verification.holds() && verification.isWeak())
            ? Optional.of(LayerComparison.run(original, result, inputs, request.tolerance()))
            : Optional.empty();
    return new RewriteComparison(Optional.of(verification), layers);
  }
}
