package io.repfold.pipeline.fold;

import io.repfold.fold.ExpandOptions;
import io.repfold.fold.ExpandReport;
import io.repfold.fold.Expander;
import io.repfold.graph.FixedShapes;
import io.repfold.graph.Graph;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.Steps;
import io.repfold.pipeline.compare.ComparisonRequest;
import io.repfold.pipeline.compare.ProvenFile;
import io.repfold.pipeline.compare.RewriteComparison;
import io.repfold.pipeline.files.StagedFile;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Puts Rep blocks in the place of convolutions of an ONNX file, such that the new file computes the
 * same; it appears only once that is verified.
 *
 * @param options which convolutions become what
 * @param shapes input shapes to fix, by input name; also those on which it is verified
 * @param comparison empty for no verification
 */
public record ExpandFile(
    ModelFile source,
    ExpandOptions options,
    Map<String, long[]> shapes,
    Optional<ComparisonRequest> comparison) {
  /** How many {@link Steps} {@link #to} takes. */
  public static final int STEPS = 2 + ProvenFile.STEPS;

  public ExpandFile {
    shapes = Map.copyOf(shapes);
  }

  /**
   * A model as it is, to be verified as {@link ComparisonRequest#DEFAULT} says.
   *
   * @throws io.repfold.onnx.OnnxFormatException if the file holds no ONNX model
   * @throws PipelineException if it is a TensorRT plan by its name
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static ExpandFile of(Path model, ExpandOptions options) {
    return of(ModelFile.read(model), options);
  }

  /** Likewise, of a file that was read. */
  public static ExpandFile of(ModelFile source, ExpandOptions options) {
    return new ExpandFile(source, options, Map.of(), Optional.of(ComparisonRequest.DEFAULT));
  }

  /** Weights that callers may override are constants, and no inputs of the result. */
  public ExpandFile withConstantWeights() {
    return new ExpandFile(source.withConstantWeights(), options, shapes, comparison);
  }

  public ExpandFile withShapes(Map<String, long[]> fixed) {
    return new ExpandFile(source, options, fixed, comparison);
  }

  /** Empty for no verification. */
  public ExpandFile withComparison(Optional<ComparisonRequest> request) {
    return new ExpandFile(source, options, shapes, request);
  }

  /**
   * What {@link #to} would do; nothing is written.
   *
   * @throws PipelineException as a request if the options name no convolution, or the shapes
   *     contradict the graph; as work if the graph is not valid
   */
  public ExpandOutcome plan(Steps steps) {
    Expander.Result result = expanded(steps);
    return new ExpandOutcome(source, result.report(), RewriteComparison.NONE, Optional.empty());
  }

  /** Likewise as {@link #to(Path, Steps)}. */
  public ExpandOutcome to(Path target) {
    return to(target, Steps.UNHEARD);
  }

  /** Likewise as {@link #to(Path, Steps, Consumer)}, and tells nobody before the target appears. */
  public ExpandOutcome to(Path target, Steps steps) {
    return to(target, steps, outcome -> {});
  }

  /**
   * Expands, compares, and writes.
   *
   * @param target appears if the comparison holds; may be the source itself
   * @param seen takes what came of it before the target appears, whether it will or not; if that
   *     throws, the target does not: for what is to be there with it, such as a report
   * @throws PipelineException likewise, and if the target cannot be written, or no size of an open
   *     input is taken
   * @throws io.repfold.runtime.EngineException if ONNX Runtime does not take a model
   */
  public ExpandOutcome to(Path target, Steps steps, Consumer<ExpandOutcome> seen) {
    StagedFile.checkModel(target);
    try (StagedFile staged = StagedFile.of(target)) {
      ExpandReport report = written(staged.file(), steps);
      RewriteComparison compared =
          ProvenFile.compare(staged.file(), source, shapes, comparison, steps);
      ExpandOutcome outcome = new ExpandOutcome(source, report, compared, Optional.of(target));
      seen.accept(outcome);
      if (compared.holds()) {
        staged.commit();
      }
      return outcome;
    }
  }

  private ExpandReport written(Path file, Steps steps) {
    Expander.Result result = expanded(steps);
    steps.next("writing");
    source.model().withGraph(result.graph()).write(file);
    return result.report();
  }

  private Expander.Result expanded(Steps steps) {
    steps.next("expanding");
    Expander.Result result;
    try (OnnxRuntimeMatrixProduct product = new OnnxRuntimeMatrixProduct()) {
      result =
          source.with(
              shapes,
              () -> {
                Graph graph =
                    shapes.isEmpty() ? source.graph() : FixedShapes.fix(source.graph(), shapes);
                return Expander.expand(graph, options.withProduct(product));
              });
    }
    if (result.report().expanded().isEmpty() && result.report().leftAlone().isEmpty()) {
      throw PipelineException.request(
          "%s: withMatch %s names no convolution; Graph.nodes lists them"
              .formatted(source.path(), options.match()));
    }
    return result;
  }
}
