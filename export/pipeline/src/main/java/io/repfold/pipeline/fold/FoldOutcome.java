package io.repfold.pipeline.fold;

import io.repfold.fold.FoldReport;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.compare.RewriteComparison;
import io.repfold.pipeline.inputs.InputValues;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a fold of a file came to.
 *
 * @param inputs those of the original that the result has no more, with their values
 * @param document the report as JSON, as the certificate knows it
 * @param growth that the result stores over 1 % more numbers than the original, and why; empty for
 *     a plan, and where it does not
 * @param certificate one line of JSON, which the file holds in its metadata under {@link
 *     Certificate#KEY}; empty for a plan, and for a model that did not change
 * @param comparison with the original; nothing was written if it does not hold
 * @param measurement of both; empty if none was asked for, and where nothing changed or the
 *     comparison does not hold
 * @param output the file that was written if it {@link #holds}; empty for a plan
 */
public record FoldOutcome(
    ModelFile source,
    InputValues inputs,
    FoldReport report,
    String document,
    Optional<String> growth,
    Optional<String> certificate,
    RewriteComparison comparison,
    Optional<Measurement> measurement,
    Optional<Path> output) {
  /**
   * Whether the result computes what the original does and is not slower than allowed, as far as it
   * was compared and timed.
   */
  public boolean holds() {
    return comparison.holds() && measurement.map(Measurement::holds).orElse(true);
  }
}
