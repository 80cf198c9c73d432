package io.repfold.check;

import java.util.Locale;

/**
 * How many decisions of an output are the same over all samples, and how many must be.
 *
 * @param what is the same where they agree: {@code the best channel (axis 1) is}, for example
 * @param positions decisions that were compared
 * @param disagreements those that differ
 * @param target the share that must be the same, above 0 and at most 1
 */
public record DecisionShare(String what, long positions, long disagreements, double target) {
  /** The share that is the same; 1 if there is nothing to decide. */
  public double share() {
    return positions == 0 ? 1 : 1 - (double) disagreements / positions;
  }

  /** Whether enough are the same. */
  public boolean isReached() {
    return share() >= target;
  }

  String reason() {
    return String.format(
        Locale.ROOT,
        "%s the same at %.6f of %d positions; at least %s is asked for",
        what,
        share(),
        positions,
        target);
  }
}
