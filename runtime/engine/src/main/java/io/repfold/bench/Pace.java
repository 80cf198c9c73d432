package io.repfold.bench;

import java.util.Locale;

/**
 * What a measurement tells of the speed of two models that ran by turns. The quartiles of their
 * ratio, round by round, decide: if these lie on both sides of 1, chance alone would give them.
 */
public enum Pace {
  FASTER,
  SLOWER,
  NO_DIFFERENCE;

  /**
   * The verdict.
   *
   * @param speedup time of the other divided by the time of the model in question, round by round
   */
  static Pace of(Distribution speedup) {
    if (speedup.lowerQuartile() > 1) {
      return FASTER;
    }
    return speedup.upperQuartile() < 1 ? SLOWER : NO_DIFFERENCE;
  }

  /** In words, such as {@code no difference}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
