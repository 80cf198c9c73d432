package io.repfold.pipeline.convert;

import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.inputs.Sample;
import io.repfold.precision.OutputScores;
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

/** Compares a converted model with its original: in ONNX Runtime, and as narrow hardware rounds. */
final class ConversionCheck {
  private final Conversion conversion;
  private final OriginalRuns original;
  private final ConversionSamples given;
  private final List<String> remarks;
  private OutputScores scores;

  /**
   * @param scores judges the outputs, and has seen none
   */
  ConversionCheck(
      Conversion conversion, OriginalRuns original, ConversionSamples given, OutputScores scores) {
    this.conversion = conversion;
    this.original = original;
    this.given = given;
    this.scores = scores;
    this.remarks = new ArrayList<>(conversion.remarks());
  }

  /**
   * All that can be compared here.
   *
   * @param file the converted model
   */
  List<SampleComparison> comparisons(Path file) {
    List<SampleComparison> comparisons = new ArrayList<>();
    if (given.compared().isEmpty()) {
      return comparisons;
    }
    if (conversion.runsOnCpu()) {
      comparisons.addAll(onCpu(file));
    }
    if (conversion.needsEmulation()) {
      emulated().ifPresent(comparisons::add);
    }
    return comparisons;
  }

  /** What a reader should know, each a sentence. */
  List<String> remarks() {
    return remarks;
  }

  /** Errors are measured by the ranges that were seen before, too. */
  private OutputScores next() {
    scores = scores.withRangesOf(scores);
    return scores;
  }

  private List<SampleComparison> onCpu(Path file) {
    List<SampleComparison> comparisons = new ArrayList<>();
    try (Engine converted = Backends.onnxRuntimeCpu().load(file, EngineOptions.defaults())) {
      given
          .parts()
          .forEach(
              (part, samples) ->
                  comparisons.add(
                      SampleComparison.of(
                          "ONNX Runtime" + part,
                          original,
                          inputs -> converted.run(narrowed(converted, inputs)),
                          samples,
                          next())));
    }
    return comparisons;
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
  private Optional<SampleComparison> emulated() {
    List<String> unknown = Emulation.unknownOps(conversion.graph());
    if (!unknown.isEmpty()) {
      remarks.add(
          "Not emulated in the interpreter, which does not know %s."
              .formatted(Phrases.few(unknown, 4)));
      return Optional.empty();
    }
    List<Sample> samples = given.compared();
    int count = Emulation.affordable(conversion.graph(), samples.get(0), samples.size());
    if (count == 0) {
      remarks.add("Not emulated in the interpreter: the model is too large for it.");
      return Optional.empty();
    }
    Emulation emulation = new Emulation(conversion.graph(), conversion.infinite());
    SampleComparison comparison =
        SampleComparison.of(
            "interpreter, rounding", original, emulation, given.first(count), next());
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
