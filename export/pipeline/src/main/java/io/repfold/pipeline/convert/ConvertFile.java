package io.repfold.pipeline.convert;

import io.repfold.fold.FoldOptions;
import io.repfold.fold.Folder;
import io.repfold.graph.Graph;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.JsonText;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.Release;
import io.repfold.pipeline.Steps;
import io.repfold.pipeline.files.StagedFile;
import io.repfold.pipeline.fold.Certificate;
import io.repfold.pipeline.fold.OnnxRuntimeMatrixProduct;
import io.repfold.precision.OutputMeanings;
import io.repfold.precision.OutputScores;
import io.repfold.precision.SourceGraphCheck;
import io.repfold.precision.Targets;
import io.repfold.precision.half.HalfOptions;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Folds an ONNX file, writes it in another precision, and compares it with its original before it
 * appears.
 */
public record ConvertFile(ModelFile source, ConversionRequest request) {
  /** How many {@link Steps} {@link #to} takes. */
  public static final int STEPS = 4;

  /** What a converted file says about itself in its metadata. */
  public static final String KEY = "repfold.precision";

  /**
   * A model and what is to become of it.
   *
   * @throws io.repfold.onnx.OnnxFormatException if the file holds no ONNX model
   * @throws PipelineException if it is a TensorRT plan by its name
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static ConvertFile of(Path model, ConversionRequest request) {
    return new ConvertFile(ModelFile.read(model), request);
  }

  /** Weights that callers may override are constants, and no inputs of the result. */
  public ConvertFile withConstantWeights() {
    return new ConvertFile(source.withConstantWeights(), request);
  }

  /** Likewise as {@link #to(Path, Steps)}. */
  public ConvertOutcome to(Path target) {
    return to(target, Steps.UNHEARD);
  }

  /** Likewise as {@link #to(Path, Steps, Consumer)}, and tells nobody before the target appears. */
  public ConvertOutcome to(Path target, Steps steps) {
    return to(target, steps, outcome -> {});
  }

  /**
   * Folds, converts, compares, and writes.
   *
   * @param target appears if the comparison reaches the target agreement
   * @param seen takes what came of it before the target appears, whether it will or not; if that
   *     throws, the target does not: for what is to be there with it, such as a report
   * @throws PipelineException if callers may override weights, the request does not fit the model,
   *     samples cannot be read or do not fit it, or the graph cannot be converted
   * @throws io.repfold.runtime.EngineException if ONNX Runtime does not take the model
   */
  public ConvertOutcome to(Path target, Steps steps, Consumer<ConvertOutcome> seen) {
    StagedFile.checkModel(target);
    refuseOverridableWeights();
    try (OriginalRuns original = new OriginalRuns(source)) {
      ConversionSamples samples =
          ConversionSamples.of(original.engine(), request.shapes(), request.samples());
      if (!samples.given()) {
        original.remember(samples.compared()); // it is loaded, and they are few
      }
      original.rest();
      Conversion conversion = converted(samples, steps);
      steps.next("writing");
      try (StagedFile staged = StagedFile.of(target)) {
        model(conversion).write(staged.file());
        steps.next("comparing");
        ConvertOutcome outcome = compared(original, target, staged.file(), conversion, samples);
        seen.accept(outcome);
        if (outcome.holds()) {
          model(conversion).withMetadata(KEY, certificate(outcome)).write(staged.file());
          staged.commit();
        }
        return outcome;
      }
    }
  }

  private void refuseOverridableWeights() {
    List<String> weights = SourceGraphCheck.overridableWeights(source.graph());
    if (!weights.isEmpty()) {
      throw PipelineException.request(
          "%s: callers may override %s, which are graph inputs too (%s): these would stay float32, and the file get no smaller. withConstantWeights takes them as constants"
              .formatted(
                  source.path(),
                  Phrases.plural(weights.size(), "weight"),
                  Phrases.few(weights, 3)));
    }
  }

  private OnnxModel model(Conversion conversion) {
    return source.model().withGraph(conversion.graph()).withoutMetadata(Certificate.KEY);
  }

  private Conversion converted(ConversionSamples samples, Steps steps) {
    steps.next("folding");
    Graph folded = folded();
    steps.next("looking at ranges and converting");
    Conversion conversion = converted(folded, samples);
    return source.isLarge()
        ? conversion.withGraph(HeapConstants.of(conversion.graph()))
        : conversion;
  }

  private Graph folded() {
    try (OnnxRuntimeMatrixProduct product = new OnnxRuntimeMatrixProduct()) {
      FoldOptions fold = FoldOptions.DEFAULT.withProduct(product);
      return source.with(() -> Folder.fold(source.graph(), fold).graph());
    }
  }

  private Targets targets(ConversionSamples samples) {
    return request
        .judged()
        .targets(request.precision(), samples.given(), request.samples().threshold());
  }

  private OutputMeanings meanings() {
    return OutputMeanings.of(source.graph()).with(request.judged().kinds());
  }

  private Conversion converted(Graph folded, ConversionSamples given) {
    ConversionSource from =
        new ConversionSource(source, folded, request, targets(given), meanings(), given.telling());
    return source.with(() -> converted(from));
  }

  private Conversion converted(ConversionSource from) {
    return switch (request.precision()) {
      case FP16 -> HalfConversion.of(from, HalfOptions.FLOAT16);
      case BF16 -> HalfConversion.of(from, HalfOptions.BFLOAT16);
      case INT8 -> IntegerConversion.of(from);
    };
  }

  /**
   * Holds no time and no file name, so that the same conversion gives the same bytes. What the
   * source says of its fold moves in here, because the bound on that fold's error is none on this
   * file's.
   */
  private String certificate(ConvertOutcome outcome) {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("tool", "repfold " + Release.version());
    root.put("source", source.sha256());
    root.put("precision", request.precision().name());
    root.put("conversion", outcome.conversion().summary());
    root.put("target", outcome.targets().agreement());
    outcome.agreement().ifPresent(share -> root.put("agreement", share));
    if (source.model().tookWeightsAsConstants()) {
      root.put("constantWeights", true);
    }
    String fold = source.model().metadata().get(Certificate.KEY);
    if (fold != null) {
      root.put("fold", fold);
    }
    return JsonText.compact(root);
  }

  private ConvertOutcome compared(
      OriginalRuns original,
      Path target,
      Path file,
      Conversion conversion,
      ConversionSamples given) {
    original.remember(given.compared());
    original.unmap();
    OutputScores scores = new OutputScores(meanings(), targets(given));
    ConversionCheck check = new ConversionCheck(conversion, original, given, scores);
    List<SampleComparison> comparisons = check.comparisons(file);
    if (given.given() && comparisons.isEmpty()) {
      throw PipelineException.work(
          "%s: the result cannot be compared with the original here, since ONNX Runtime's CPU has no kernels for this precision. %s Without withData it is written all the same"
              .formatted(source.path(), String.join(" ", check.remarks())));
    }
    return new ConvertOutcome(
        source,
        target,
        request.precision(),
        conversion,
        given,
        comparisons,
        check.remarks(),
        targets(given));
  }
}
