package io.repfold.check;

import java.util.Comparator;
import java.util.Optional;

/**
 * One output on one sample.
 *
 * @param sample index of the sample, from 0
 * @param comparison the numbers; empty when the two could not be compared
 * @param verdict the outcome
 */
public record SampleResult(int sample, Optional<Comparison> comparison, Verdict verdict) {
  /** Different before equivalent, then incomparable first, then by falling relative error. */
  static final Comparator<SampleResult> WORST_FIRST =
      Comparator.comparing((SampleResult result) -> result.verdict().isEquivalent())
          .thenComparing(result -> result.comparison().isPresent())
          .thenComparing(
              result -> -result.comparison().map(Comparison::maxRelativeError).orElse(0.0));
}
