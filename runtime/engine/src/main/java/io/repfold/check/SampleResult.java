package io.repfold.check;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * One output on one sample.
 *
 * @param sample index of the sample, from 0
 * @param label for people, such as {@code sample 0}
 * @param comparison the numbers; empty when the two could not be compared
 * @param verdict the outcome
 */
public record SampleResult(
    int sample, String label, Optional<Comparison> comparison, Verdict verdict) {
  private static final String NOTHING =
      "nothing was compared: every output is empty on every input; give inputs that hold something";

  /**
   * Different before equivalent, then incomparable first, then by falling use of what is allowed.
   */
  static final Comparator<SampleResult> WORST_FIRST =
      Comparator.comparing((SampleResult result) -> result.verdict().isEquivalent())
          .thenComparing(result -> result.comparison().isPresent())
          .thenComparing(result -> -result.comparison().map(c -> c.worstPart().used()).orElse(0.0));

  /** A sample without a name. */
  public SampleResult(int sample, Optional<Comparison> comparison, Verdict verdict) {
    this(sample, label(sample, ""), comparison, verdict);
  }

  /**
   * @param name of the sample; may be empty
   */
  static String label(int sample, String name) {
    return name.isEmpty() ? "sample %d".formatted(sample) : "sample %d, %s".formatted(sample, name);
  }

  /** The sample's name; empty if it has none. */
  public String name() {
    String before = label(sample, "");
    return label.equals(before) ? "" : label.substring(before.length() + 2);
  }

  /** Whether both sides gave a tensor without an element, which shows nothing. */
  boolean isEmpty() {
    return comparison.filter(c -> c.elements() == 0).isPresent();
  }

  /** The same as a failure, for reports in which no output of any sample has an element. */
  SampleResult withNothingCompared() {
    return new SampleResult(sample, label, comparison, new Verdict.Different(List.of(NOTHING)));
  }
}
