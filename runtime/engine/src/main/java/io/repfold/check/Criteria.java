package io.repfold.check;

import java.util.Map;
import java.util.Set;

/**
 * What it takes for two networks to compute the same.
 *
 * @param tolerance how far an output may be from its reference
 * @param axes on which the channels of the outputs lie
 * @param decider asked for outputs without channels, if a share of decisions is to be the same
 * @param scores of outputs that are labels, by output: where the two best scores are as close as
 *     rounding, another label is no difference
 * @param allowed what the candidate's outputs may do differently
 */
public record Criteria(
    Tolerance tolerance,
    ChannelAxes axes,
    Decider decider,
    Map<String, LabelScores> scores,
    Set<Allowance> allowed) {
  public Criteria {
    scores = Map.copyOf(scores);
    allowed = Set.copyOf(allowed);
  }

  /** With the channels on axis 1, no decider and nothing allowed. */
  public Criteria(Tolerance tolerance) {
    this(tolerance, ChannelAxes.USUAL, Decider.NOTHING, Map.of(), Set.of());
  }

  public Criteria withAxes(ChannelAxes other) {
    return new Criteria(tolerance, other, decider, scores, allowed);
  }

  public Criteria withDecider(Decider other) {
    return new Criteria(tolerance, axes, other, scores, allowed);
  }

  public Criteria withTolerance(Tolerance other) {
    return new Criteria(other, axes, decider, scores, allowed);
  }

  public Criteria withScores(Map<String, LabelScores> others) {
    return new Criteria(tolerance, axes, decider, others, allowed);
  }

  public Criteria withAllowed(Set<Allowance> others) {
    return new Criteria(tolerance, axes, decider, scores, others);
  }

  boolean allows(Allowance allowance) {
    return allowed.contains(allowance);
  }
}
