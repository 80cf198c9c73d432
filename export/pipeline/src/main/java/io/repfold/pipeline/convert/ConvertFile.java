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
import io.repfold.pipeline.inputs.Sample;
import io.repfold.precision.OutputMeanings;
import io.repfold.precision.OutputScores;
import io.repfold.precision.Targets;
import io.repfold.precision.half.HalfOptions;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
   * @throws PipelineException if the request does not fit the model, samples cannot be read or do
   *     not fit it, or the graph cannot be converted
   * @throws io.repfold.runtime.EngineException if ONNX Runtime does not take the model
   */
  public ConvertOutcome to(Path target, Steps steps, Consumer<ConvertOutcome> seen) {
    StagedFile.checkModel(target);
    EngineOptions defaults = EngineOptions.defaults();
    try (Engine original = Backends.onnxRuntimeCpu().load(source.path(), defaults)) {
      ConversionSamples samples =
          ConversionSamples.of(original, request.shapes(), request.samples());
      steps.next("folding");
      Graph folded = folded();
      steps.next("looking at ranges and converting");
      Conversion conversion = converted(folded, samples);
      steps.next("writing");
      try (StagedFile staged = StagedFile.of(target)) {
        OnnxModel model =
            source.model().withGraph(conversion.graph()).withoutMetadata(Certificate.KEY);
        model.write(staged.file());
        steps.next("comparing");
        ConvertOutcome outcome = compared(original, target, staged.file(), conversion, samples);
        seen.accept(outcome);
        if (outcome.holds()) {
          model.withMetadata(KEY, certificate(outcome)).write(staged.file());
          staged.commit();
        }
        return outcome;
      }
    }
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
      Engine original, Path target, Path file, Conversion conversion, ConversionSamples given) {
    List<Sample> samples = given.compared();
    List<SampleComparison> comparisons = new ArrayList<>();
    List<String> remarks = new ArrayList<>(conversion.remarks());
    Scores scores = new Scores(new OutputScores(meanings(), targets(given)));
    if (!samples.isEmpty() && conversion.runsOnCpu()) {
      comparisons.addAll(onCpu(original, file, given, scores));
    }
    if (!samples.isEmpty() && conversion.needsEmulation()) {
      emulated(original, conversion, given, scores, remarks).ifPresent(comparisons::add);
    }
    if (given.given() && comparisons.isEmpty()) {
      throw PipelineException.work(
          "%s: the result cannot be compared with the original here, since ONNX Runtime's CPU has no kernels for this precision. %s Without withData it is written all the same"
              .formatted(source.path(), String.join(" ", remarks)));
    }
    return new ConvertOutcome(
        source,
        target,
        request.precision(),
        conversion,
        given,
        comparisons,
        remarks,
        targets(given));
  }

  /** Of each part of the samples; all errors are measured by what was seen of the ranges before. */
  private List<SampleComparison> onCpu(
      Engine original, Path file, ConversionSamples given, Scores scores) {
    List<SampleComparison> comparisons = new ArrayList<>();
    try (Engine converted = Backends.onnxRuntimeCpu().load(file, EngineOptions.defaults())) {
      given
          .parts()
          .forEach(
              (part, samples) ->
                  comparisons.add(
                      SampleComparison.of(
                          "ONNX Runtime" + part,
                          original::run,
                          inputs -> converted.run(narrowed(converted, inputs)),
                          samples,
                          scores.next())));
    }
    return comparisons;
  }

  /** Hands out counters one after the other, each with the ranges of those before. */
  private static final class Scores {
    private OutputScores last;

    Scores(OutputScores first) {
      this.last = first;
    }

    OutputScores next() {
      last = last.withRangesOf(last);
      return last;
    }
  }

  /** Float32 inputs in the types that a model takes. */
  private static Map<String, HostTensor> narrowed(Engine model, Map<String, HostTensor> inputs) {
    Map<String, HostTensor> result = new LinkedHashMap<>(inputs);
    for (var input : model.inputs()) {
      result.computeIfPresent(
          input.name(),
          (name, tensor) ->
              tensor.type() == input.type()
                  ? tensor
                  : HostTensor.of(input.type(), tensor.toDoubles(), tensor.shape()));
    }
    return result;
  }

  /** The interpreter's comparison, if the model is known to it and small enough. */
  private Optional<SampleComparison> emulated(
      Engine original,
      Conversion conversion,
      ConversionSamples given,
      Scores scores,
      List<String> remarks) {
    List<Sample> samples = given.compared();
    List<String> unknown = Emulation.unknownOps(conversion.graph());
    if (!unknown.isEmpty()) {
      remarks.add(
          "Not emulated in the interpreter, which does not know %s."
              .formatted(Phrases.few(unknown, 4)));
      return Optional.empty();
    }
    int count = Emulation.affordable(conversion.graph(), samples.get(0), samples.size());
    if (count == 0) {
      remarks.add("Not emulated in the interpreter: the model is too large for it.");
      return Optional.empty();
    }
    Emulation emulation = new Emulation(conversion.graph(), conversion.infinite());
    SampleComparison comparison =
        SampleComparison.of(
            "interpreter, rounding",
            original::run,
            emulation,
            samples.subList(0, count),
            scores.next());
    emulation
        .firstOverflow()
        .ifPresent(
            value ->
                remarks.add(
                    "Overflow: value '%s' holds an infinity or NaN in the interpreter, which rounds as hardware does. withKept leaves its node in float32."
                        .formatted(value)));
    return Optional.of(comparison);
  }
}
