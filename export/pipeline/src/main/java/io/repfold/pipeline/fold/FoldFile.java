package io.repfold.pipeline.fold;

import io.repfold.fold.FoldOptions;
import io.repfold.fold.FoldReport;
import io.repfold.fold.Folder;
import io.repfold.graph.Graph;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.Steps;
import io.repfold.pipeline.compare.ComparisonRequest;
import io.repfold.pipeline.compare.ProvenFile;
import io.repfold.pipeline.compare.RewriteComparison;
import io.repfold.pipeline.files.StagedFile;
import io.repfold.pipeline.inputs.InputValues;
import io.repfold.precision.RaiseToOpset22;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * Folds an ONNX file into another, which appears only once it is verified.
 *
 * @param growth by what factor the multiply-adds of a region may grow, at least 1
 * @param shapes input shapes to fix, by input name; also those on which it is verified
 * @param inputs values of inputs, which the result then has no more
 * @param comparison empty for no verification
 * @param measurement empty for none
 * @param opset what the result is raised to, with one op for activations and normalizations that
 *     the original writes out; empty to leave both
 */
public record FoldFile(
    ModelFile source,
    double growth,
    Map<String, long[]> shapes,
    InputValues inputs,
    Optional<ComparisonRequest> comparison,
    Optional<MeasurementRequest> measurement,
    OptionalInt opset) {
  private static final int LOWEST_OPSET = 17;

  /** How many {@link Steps} {@link #to} takes; a measurement is one more. */
  public static final int STEPS = 2 + ProvenFile.STEPS;

  public FoldFile {
    shapes = Map.copyOf(shapes);
  }

  /**
   * A model as it is, to be verified as {@link ComparisonRequest#DEFAULT} says.
   *
   * @throws io.repfold.onnx.OnnxFormatException if the file holds no ONNX model
   * @throws PipelineException if it is a TensorRT plan by its name
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static FoldFile of(Path model) {
    return of(ModelFile.read(model));
  }

  /** Likewise, of a file that was read. */
  public static FoldFile of(ModelFile source) {
    return new FoldFile(
        source,
        1,
        Map.of(),
        InputValues.NONE,
        Optional.of(ComparisonRequest.DEFAULT),
        Optional.empty(),
        OptionalInt.empty());
  }

  public FoldFile withGrowth(double factor) {
    return new FoldFile(source, factor, shapes, inputs, comparison, measurement, opset);
  }

  /** Weights that callers may override are constants, and no inputs of the result. */
  public FoldFile withConstantWeights() {
    return new FoldFile(
        source.withConstantWeights(), growth, shapes, inputs, comparison, measurement, opset);
  }

  public FoldFile withShapes(Map<String, long[]> fixed) {
    return new FoldFile(source, growth, fixed, inputs, comparison, measurement, opset);
  }

  /** Inputs that have these values at every run are no inputs of the result. */
  public FoldFile withInputs(InputValues values) {
    return new FoldFile(source, growth, shapes, values, comparison, measurement, opset);
  }

  public FoldFile withComparison(ComparisonRequest request) {
    return new FoldFile(source, growth, shapes, inputs, Optional.of(request), measurement, opset);
  }

  public FoldFile withoutComparison() {
    return new FoldFile(source, growth, shapes, inputs, Optional.empty(), measurement, opset);
  }

  /**
   * The result is also timed beside the original, by turns, and does not appear if it is slower,
   * unless that is allowed.
   */
  public FoldFile withMeasurement(MeasurementRequest request) {
    return new FoldFile(source, growth, shapes, inputs, comparison, Optional.of(request), opset);
  }

  /**
   * The result has this opset, from 17 to 22, and not lower than the original's. Gelu, HardSwish,
   * Mish and LayerNormalization that are written out become the one op that the opset has.
   */
  public FoldFile withOpset(int raised) {
    return new FoldFile(
        source, growth, shapes, inputs, comparison, measurement, OptionalInt.of(raised));
  }

  /**
   * What {@link #to} would do; nothing is computed or written.
   *
   * @throws PipelineException as a request if the growth is less than 1, the opset is none that the
   *     original can be raised to, or the shapes or values of inputs contradict the graph; as work
   *     if the graph is not valid, or a node may mean something else in the opset
   */
  public FoldOutcome plan() {
    FoldOptions options = options();
    Graph graph = inputs.fixedIn(source);
    FoldReport report = source.with(shapes, () -> Folder.plan(raised(graph), options));
    String document = Certificate.document(source, source.sha256(), FoldSettings.of(this), report);
    return new FoldOutcome(
        source,
        inputs,
        report,
        document,
        Optional.empty(),
        Optional.empty(),
        RewriteComparison.NONE,
        Optional.empty(),
        Optional.empty());
  }

  /** Likewise as {@link #to(Path, Steps)}. */
  public FoldOutcome to(Path target) {
    return to(target, Steps.UNHEARD);
  }

  /** Likewise as {@link #to(Path, Steps, Consumer)}, and tells nobody before the target appears. */
  public FoldOutcome to(Path target, Steps steps) {
    return to(target, steps, outcome -> {});
  }

  /**
   * Folds, compares, and writes.
   *
   * @param target appears if the comparison and the measurement hold; may be the source itself
   * @param seen takes what came of it before the target appears, whether it will or not; if that
   *     throws, the target does not: for what is to be there with it, such as a report
   * @throws PipelineException as {@link #plan}, and if the target cannot be written, or no size of
   *     an open input is taken
   * @throws io.repfold.runtime.EngineException if ONNX Runtime does not take a model
   */
  public FoldOutcome to(Path target, Steps steps, Consumer<FoldOutcome> seen) {
    StagedFile.checkModel(target);
    try (StagedFile staged = StagedFile.of(target)) {
      Written written = written(staged.file(), steps);
      RewriteComparison compared =
          ProvenFile.compare(
              staged.file(),
              source,
              shapes,
              comparison.map(request -> request.withInputs(inputs)),
              steps);
      boolean measures = compared.holds() && written.certificate().isPresent();
      FoldOutcome outcome =
          new FoldOutcome(
              source,
              inputs,
              written.report(),
              written.document(),
              written.growth(),
              written.certificate(),
              compared,
              measurement.filter(r -> measures).map(r -> measured(staged.file(), r, steps)),
              Optional.of(target));
      seen.accept(outcome);
      if (outcome.holds()) {
        staged.commit();
      }
      return outcome;
    }
  }

  private Measurement measured(Path folded, MeasurementRequest request, Steps steps) {
    steps.next("measuring");
    return Measurement.of(source.path(), folded, shapes, inputs, request);
  }

  /** What is known of a folded model, which itself is in a file and takes no memory any more. */
  private record Written(
      FoldReport report, String document, Optional<String> growth, Optional<String> certificate) {}

  private Written written(Path file, Steps steps) {
    steps.next("folding");
    CompletableFuture<String> sourceSha256 = CompletableFuture.supplyAsync(source::sha256);
    Folder.Result result = fold();
    FoldReport report = result.report();
    String sha256 = joined(sourceSha256);
    FoldSettings settings = FoldSettings.of(this);
    String document = Certificate.document(source, sha256, settings, report);
    boolean changed = !result.graph().equals(source.graph());
    Optional<String> certificate =
        changed
            ? Optional.of(Certificate.of(sha256, settings, report, document))
            : Optional.empty();
    OnnxModel folded = source.model().withGraph(result.graph());
    steps.next("writing");
    certificate.map(text -> folded.withMetadata(Certificate.KEY, text)).orElse(folded).write(file);
    return new Written(
        report, document, StoredBytes.growth(source.graph(), result.graph()), certificate);
  }

  private static String joined(CompletableFuture<String> sha256) {
    try {
      return sha256.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private Folder.Result fold() {
    try (OnnxRuntimeMatrixProduct product = new OnnxRuntimeMatrixProduct()) {
      FoldOptions options = options().withProduct(product);
      Graph graph = inputs.fixedIn(source);
      return source.with(shapes, () -> Folder.fold(raised(graph), options));
    }
  }

  /** The graph in the opset that was asked for. */
  private Graph raised(Graph graph) {
    if (opset.isEmpty()) {
      return graph;
    }
    int wanted = opset.getAsInt();
    if (wanted < LOWEST_OPSET || wanted > RaiseToOpset22.NEWEST || wanted < graph.opset()) {
      throw PipelineException.request(
          "%s: withOpset %d: expected one from %d to %d, the file's being %d"
              .formatted(
                  source.path(),
                  wanted,
                  Math.max(LOWEST_OPSET, graph.opset()),
                  RaiseToOpset22.NEWEST,
                  graph.opset()));
    }
    return RaiseToOpset22.of(graph, wanted);
  }

  private FoldOptions options() {
    try {
      FoldOptions options = FoldOptions.DEFAULT.withGrowth(growth).withShapes(shapes);
      return opset.isPresent() ? options.withFusedOps() : options;
    } catch (IllegalArgumentException e) {
      throw PipelineException.request("withGrowth: " + e.getMessage(), e);
    }
  }
}
