package io.repfold.check;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * One output on one sample.
 *
 * @param sample index of the sample, from 0
 * @param comparison the numbers; empty when the two could not be compared
 * @param verdict the outcome
 */
public record SampleResult(int sample, Optional<Comparison> comparison, Verdict verdict) {
  private static final String NOTHING =
      "nothing was compared: every output is empty on every input; give inputs that hold something";

  /** Different before equivalent, then incomparable first, then by falling relative error. */
  static final Comparator<SampleResult> WORST_FIRST =
      Comparator.comparing((SampleResult result) -> result.verdict().isEquivalent())
          .thenComparing(result -> result.comparison().isPresent())
          .thenComparing(
              result -> -result.comparison().map(Comparison::maxRelativeError).orElse(0.0));

  /** Whether both sides gave a tensor without an element, which shows nothing. */
  boolean isEmpty() {
    return comparison.filter(c -> c.elements() == 0).isPresent();
  }

  /** The same as a failure, for reports in which no output of any sample has an element. */
  SampleResult withNothingCompared() {
    return new SampleResult(sample, comparison, new Verdict.Different(List.of(NOTHING)));
  }
}
