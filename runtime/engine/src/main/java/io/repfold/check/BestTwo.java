package io.repfold.check;

import io.repfold.runtime.HostTensor;

/**
 * The best channel at one position; the first of equal scores wins, as in ONNX ArgMax.
 *
 * @param channel of the best score
 * @param best the best score
 * @param second the next one, which may be as large
 * @param hasNan whether a score is NaN, so that none is the best
 */
record BestTwo(int channel, double best, double second, boolean hasNan) {
  /**
   * @param start row-major index of the score of channel 0
   * @param stride from one channel to the next
   */
  static BestTwo of(HostTensor scores, int start, int stride, int channels) {
    int channel = 0;
    double best = scores.get(start);
    double second = Double.NEGATIVE_INFINITY;
    boolean nan = Double.isNaN(best);
    for (int c = 1; c < channels; c++) {
      double score = scores.get(start + c * stride);
      nan |= Double.isNaN(score);
      if (score > best) {
        second = best;
        best = score;
        channel = c;
      } else if (score > second) {
        second = score;
      }
    }
    return new BestTwo(channel, best, second, nan);
  }

  /** By how much the best leads; 0 when both are the same infinity. */
  double lead() {
    return best == second ? 0 : best - second;
  }
}
