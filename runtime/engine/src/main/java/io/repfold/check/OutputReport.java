package io.repfold.check;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One output over all samples.
 *
 * @param name the output's name
 * @param samples at least one, the worst first
 * @param decisions over all samples, if a share of them was asked for and the output decides
 */
public record OutputReport(
    String name, List<SampleResult> samples, Optional<DecisionShare> decisions) {
  public OutputReport {
    samples = List.copyOf(samples);
  }

  static OutputReport of(
      String name, List<SampleResult> samples, Optional<DecisionShare> decisions) {
    List<SampleResult> sorted = new ArrayList<>(samples);
    sorted.sort(SampleResult.WORST_FIRST);
    return new OutputReport(name, sorted, decisions);
  }

  /** The sample that differs most. */
  public SampleResult worst() {
    return samples.get(0);
  }

  /** The same under another name. */
  public OutputReport withName(String other) {
    return new OutputReport(other, samples, decisions);
  }

  /**
   * Equivalent when every sample is, and enough decisions are; the notes of all samples, or the
   * reasons of all that differ, each naming its sample.
   */
  public Verdict verdict() {
    Set<String> lines = new LinkedHashSet<>();
    boolean enough = decisions.map(DecisionShare::isReached).orElse(true);
    boolean nothing = samples.stream().allMatch(OutputReport::comparedNothing);
    boolean equivalent = enough && !nothing && worst().verdict().isEquivalent();
    if (nothing && worst().verdict().isEquivalent()) {
      lines.add("all samples: no value is finite on both sides, so nothing was compared");
    }
    decisions
        .filter(share -> !share.isReached())
        .ifPresent(share -> lines.add("all samples: " + share.reason()));
    for (SampleResult result : samples) {
      if (result.verdict() instanceof Verdict.Different different) {
        different
            .reasons()
            .forEach(reason -> lines.add("%s: %s".formatted(result.label(), reason)));
      } else if (equivalent && result.verdict() instanceof Verdict.Equivalent same) {
        same.notes().forEach(note -> lines.add("%s: %s".formatted(result.label(), note)));
      }
    }
    List<String> texts = List.copyOf(lines);
    return equivalent ? new Verdict.Equivalent(texts) : new Verdict.Different(texts);
  }

  private static boolean comparedNothing(SampleResult sample) {
    return sample.comparison().filter(c -> c.elements() > 0 && c.compared() == 0).isPresent();
  }
}
