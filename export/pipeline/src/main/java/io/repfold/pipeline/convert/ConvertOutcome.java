package io.repfold.pipeline.convert;

import io.repfold.pipeline.ModelFile;
import io.repfold.precision.Finding;
import io.repfold.precision.Targets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What came of a conversion.
 *
 * @param samples what it was compared on, if it was
 * @param comparisons the converted model beside its original, each run by something else
 * @param remarks what a reader should know, each a sentence
 * @param targets what the outputs had to reach
 */
public record ConvertOutcome(
    ModelFile source,
    Path output,
    Precision precision,
    Conversion conversion,
    ConversionSamples samples,
    List<SampleComparison> comparisons,
    List<String> remarks,
    Targets targets) {
  public ConvertOutcome {
    comparisons = List.copyOf(comparisons);
    remarks = List.copyOf(remarks);
  }

  /** Whether there is something to write and every comparison holds. */
  public boolean holds() {
    return conversion.refusal().isEmpty() && comparisons.stream().allMatch(SampleComparison::holds);
  }

  /** The least share of decisions that stay the same; empty if nothing was compared. */
  public OptionalDouble agreement() {
    return comparisons.stream()
        .filter(comparison -> !comparison.isEmpty())
        .mapToDouble(SampleComparison::share)
        .min();
  }

  /** What is worst beside its target, of all comparisons; empty if nothing is judged. */
  public Optional<Finding> worst() {
    return Finding.worstOf(
        comparisons.stream().flatMap(comparison -> comparison.findings().stream()));
  }
}
