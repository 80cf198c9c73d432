package io.repfold.bench;

import java.util.Locale;

/**
 * What a measurement tells of the speed of two models that ran by turns. No difference can be told
 * if the quartiles of their ratio, round by round, lie on both sides of 1, as chance would have
 * them, and if its median is less than 3 % off: the same model loaded twice differs by as much.
 */
public enum Pace {
  FASTER,
  SLOWER,
  NO_DIFFERENCE;

  private static final double LEAST = 1.03;

  /**
   * The verdict.
   *
   * @param speedup time of the other divided by the time of the model in question, round by round
   */
  static Pace of(Distribution speedup) {
    if (speedup.lowerQuartile() > 1 && speedup.median() >= LEAST) {
      return FASTER;
    }
    boolean slower = speedup.upperQuartile() < 1 && speedup.median() <= 1 / LEAST;
    return slower ? SLOWER : NO_DIFFERENCE;
  }

  /** In words, such as {@code no difference}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
