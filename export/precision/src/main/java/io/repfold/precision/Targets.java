package io.repfold.precision;

/**
 * How good the outputs of a changed graph must be, by their kind.
 *
 * @param agreement the share of decisions that must stay the same, 0 to 1: of classes, labels, and
 *     scores
 * @param error the largest root mean square error of values, boxes and scores, as a fraction of
 *     their range, at least 0
 * @param snr the least ratio of an image's energy to that of its error, in dB
 * @param threshold on which side of it a score lies is a decision
 */
public record Targets(double agreement, double error, double snr, double threshold) {
  /** Below this many dB an output of real numbers is wrong, whatever it means. */
  public static final double LEAST_DECIBELS = 10;

  /** Below this correlation an output does not follow its input. */
  public static final double LEAST_CORRELATION = 0.7;

  /**
   * @throws IllegalArgumentException if the agreement is not from 0 to 1, the error negative, or
   *     one of them no number
   */
  public Targets {
    if (!(agreement >= 0 && agreement <= 1)) {
      throw new IllegalArgumentException("Agreement goes from 0 to 1, not " + agreement);
    }
    if (!(error >= 0) || Double.isNaN(snr) || Double.isNaN(threshold)) {
      throw new IllegalArgumentException(
          "An error is at least 0, and a ratio and a threshold are numbers: %s, %s, %s"
              .formatted(error, snr, threshold));
    }
  }

  /**
   * Of the scores that are above the threshold on either side, the share that must be so on both:
   * ten times as many may differ as of all, for most scores are far below.
   */
  public double overlap() {
    return Math.max(0, 1 - 10 * (1 - agreement));
  }
}
