package io.repfold.pipeline.convert;

import io.repfold.pipeline.ModelFile;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What came of a conversion.
 *
 * @param samples what it was compared on, if it was
 * @param comparisons the converted model beside its original, each run by something else
 * @param remarks what a reader should know, each a sentence
 * @param target the share of decisions that had to stay the same
 */
public record ConvertOutcome(
    ModelFile source,
    Path output,
    Precision precision,
    Conversion conversion,
    ConversionSamples samples,
    List<SampleComparison> comparisons,
    List<String> remarks,
    double target) {
  public ConvertOutcome {
    comparisons = List.copyOf(comparisons);
    remarks = List.copyOf(remarks);
  }

  /** Whether there is something to write and every comparison reached the target. */
  public boolean holds() {
    return conversion.refusal().isEmpty() && comparisons.stream().allMatch(this::holds);
  }

  private boolean holds(SampleComparison comparison) {
    return comparison.decisions() > 0
        && comparison.notFinite() == 0
        && comparison.share() >= target;
  }

  /** The least share of decisions that stay the same; empty if nothing was compared. */
  public OptionalDouble agreement() {
    return comparisons.stream()
        .filter(comparison -> comparison.decisions() > 0)
        .mapToDouble(SampleComparison::share)
        .min();
  }
}
