package io.repfold.pipeline.convert;

import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.inputs.Sample;
import io.repfold.precision.Finding;
import io.repfold.precision.OutputScores;
import io.repfold.runtime.HostTensor;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Function;

/**
 * How a converted model did on samples, beside its original.
 *
 * @param how what ran the converted model
 * @param samples how many were compared, at least one
 * @param findings of the pieces of the outputs, in the original's order
 */
public record SampleComparison(String how, int samples, List<Finding> findings) {
  public SampleComparison {
    findings = List.copyOf(findings);
  }

  /** A model, whatever runs it: inputs to outputs, by name. */
  public interface Run extends Function<Map<String, HostTensor>, Map<String, HostTensor>> {}

  /**
   * Runs both models on some samples.
   *
   * @param samples by their numbers, in order
   * @param scores counts up the outputs, of no other samples
   */
  static SampleComparison of(
      String how,
      OriginalRuns reference,
      Run candidate,
      SortedMap<Integer, Sample> samples,
      OutputScores scores) {
    for (Map.Entry<Integer, Sample> sample : samples.entrySet()) {
      Map<String, HostTensor> inputs = sample.getValue().read();
      Map<String, HostTensor> found = candidate.apply(inputs);
      reference
          .run(sample.getKey(), inputs)
          .forEach(
              (name, expected) -> {
                HostTensor other = found.get(name);
                if (other == null) {
                  throw PipelineException.work(
                      "The converted model has no output '%s': that must not be".formatted(name));
                }
                scores.add(name, numbers(expected), numbers(other));
              });
    }
    return new SampleComparison(how, samples.size(), scores.findings());
  }

  private static OutputScores.Numbers numbers(HostTensor tensor) {
    return new OutputScores.Numbers(tensor::get, tensor.type().isFloating(), tensor.shape());
  }

  /** Whether every output was empty, so that nothing was compared. */
  public boolean isEmpty() {
    return findings.stream().noneMatch(Finding::isCompared);
  }

  /** The worst piece's share of decisions that are the same. */
  public double share() {
    return findings.stream().mapToDouble(Finding::share).min().orElse(1);
  }

  /** Whether there was something to compare and all of it holds. */
  public boolean holds() {
    return !isEmpty() && findings.stream().allMatch(Finding::holds);
  }

  /** How many elements are NaN or infinite for the candidate alone, at all outputs. */
  public long notFinite() {
    return findings.stream().mapToLong(Finding::notFinite).sum();
  }
}
