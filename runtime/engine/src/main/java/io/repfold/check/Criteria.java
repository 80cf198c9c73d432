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
 * @param floors what an output may be off at least, by output, in its own unit: where its scale is
 *     not its magnitude, as of probabilities
 * @param allowed what the candidate's outputs may do differently
 */
public record Criteria(
    Tolerance tolerance,
    ChannelAxes axes,
    Decider decider,
    Map<String, LabelScores> scores,
    Map<String, Double> floors,
    Set<Allowance> allowed) {
  public Criteria {
    scores = Map.copyOf(scores);
    floors = Map.copyOf(floors);
    allowed = Set.copyOf(allowed);
  }

  /** With the channels on axis 1, no decider and nothing allowed. */
  public Criteria(Tolerance tolerance) {
    this(tolerance, ChannelAxes.USUAL, Decider.NOTHING, Map.of(), Map.of(), Set.of());
  }

  public Criteria withAxes(ChannelAxes other) {
    return new Criteria(tolerance, other, decider, scores, floors, allowed);
  }

  public Criteria withDecider(Decider other) {
    return new Criteria(tolerance, axes, other, scores, floors, allowed);
  }

  public Criteria withTolerance(Tolerance other) {
    return new Criteria(other, axes, decider, scores, floors, allowed);
  }

  public Criteria withScores(Map<String, LabelScores> others) {
    return new Criteria(tolerance, axes, decider, others, floors, allowed);
  }

  public Criteria withFloors(Map<String, Double> others) {
    return new Criteria(tolerance, axes, decider, scores, others, allowed);
  }

  public Criteria withAllowed(Set<Allowance> others) {
    return new Criteria(tolerance, axes, decider, scores, floors, others);
  }

  boolean allows(Allowance allowance) {
    return allowed.contains(allowance);
  }
}
