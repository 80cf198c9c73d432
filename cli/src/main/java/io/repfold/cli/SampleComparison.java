package io.repfold.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.inputs.Sample;
import io.repfold.precision.ClassAxes;
import io.repfold.runtime.HostTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * How a converted model did on samples, beside its original.
 *
 * @param how what ran the converted model
 * @param samples how many were compared, at least one
 * @param outputs in the original's order
 */
record SampleComparison(String how, int samples, List<OutputAgreement> outputs) {
  SampleComparison {
    outputs = List.copyOf(outputs);
  }

  /** A model, whatever runs it: inputs to outputs, by name. */
  interface Run extends Function<Map<String, HostTensor>, Map<String, HostTensor>> {}

  /**
   * Runs both models on each sample.
   *
   * @param threshold that decides where an output has no channels
   * @param axes on which the channels are
   */
  static SampleComparison of(
      String how,
      Run reference,
      Run candidate,
      List<Sample> samples,
      double threshold,
      ClassAxes axes) {
    Map<String, OutputAgreement> outputs = new LinkedHashMap<>();
    for (Sample sample : samples) {
      Map<String, HostTensor> inputs = sample.read();
      Map<String, HostTensor> found = candidate.apply(inputs);
      reference
          .apply(inputs)
          .forEach(
              (name, expected) -> {
                HostTensor other = found.get(name);
                if (other == null) {
                  throw new WorkFailedException(
                      "The converted model has no output '%s': that must not be".formatted(name));
                }
                int axis = axes.of(name, expected.rank());
                outputs.merge(
                    name,
                    OutputAgreement.of(name, expected, other, threshold, axis),
                    OutputAgreement::and);
              });
    }
    return new SampleComparison(how, samples.size(), new ArrayList<>(outputs.values()));
  }

  /** The worst output's share of decisions that are the same. */
  double share() {
    return outputs.stream().mapToDouble(OutputAgreement::share).min().orElse(1);
  }

  /** How many decisions were compared, at all outputs. */
  long decisions() {
    return outputs.stream().mapToLong(OutputAgreement::positions).sum();
  }

  /** How many elements are NaN or infinite for the candidate alone, at all outputs. */
  long notFinite() {
    return outputs.stream().mapToLong(OutputAgreement::notFinite).sum();
  }

  static List<String> headings() {
    return List.of(
        "run by",
        ">samples",
        "output",
        "decides",
        ">decisions",
        ">same",
        ">max abs error",
        ">of max",
        ">not finite");
  }

  List<List<String>> rows() {
    List<List<String>> rows = new ArrayList<>();
    for (OutputAgreement output : outputs) {
      rows.add(
          List.of(
              how,
              Phrases.count(samples),
              Phrases.shortened(output.output(), 40),
              OutputAgreement.label(output.kind()),
              Phrases.count(output.positions()),
              Phrases.fixed(100 * output.share(), 4) + " %",
              Phrases.small(output.maxAbsError()),
              Phrases.small(output.largest() == 0 ? 0 : output.maxAbsError() / output.largest()),
              Phrases.count(output.notFinite())));
    }
    return rows;
  }

  JsonNode json() {
    return Json.of(this);
  }
}
