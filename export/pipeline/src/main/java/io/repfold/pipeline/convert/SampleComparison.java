package io.repfold.pipeline.convert;

import io.repfold.pipeline.PipelineException;
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
public record SampleComparison(String how, int samples, List<OutputAgreement> outputs) {
  public SampleComparison {
    outputs = List.copyOf(outputs);
  }

  /** A model, whatever runs it: inputs to outputs, by name. */
  public interface Run extends Function<Map<String, HostTensor>, Map<String, HostTensor>> {}

  /**
   * Runs both models on each sample.
   *
   * @param threshold that decides where an output has no channels
   * @param axes on which the channels are
   */
  static SampleComparison of(
      String how,
      OriginalRuns reference,
      Run candidate,
      List<Sample> samples,
      double threshold,
      ClassAxes axes) {
    Map<String, OutputAgreement> outputs = new LinkedHashMap<>();
    for (int i = 0; i < samples.size(); i++) {
      Map<String, HostTensor> inputs = samples.get(i).read();
      Map<String, HostTensor> found = candidate.apply(inputs);
      reference
          .run(i, inputs)
          .forEach(
              (name, expected) -> {
                HostTensor other = found.get(name);
                if (other == null) {
                  throw PipelineException.work(
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
  public double share() {
    return outputs.stream().mapToDouble(OutputAgreement::share).min().orElse(1);
  }

  /** How many decisions were compared, at all outputs. */
  public long decisions() {
    return outputs.stream().mapToLong(OutputAgreement::positions).sum();
  }

  /** How many elements are NaN or infinite for the candidate alone, at all outputs. */
  public long notFinite() {
    return outputs.stream().mapToLong(OutputAgreement::notFinite).sum();
  }
}
