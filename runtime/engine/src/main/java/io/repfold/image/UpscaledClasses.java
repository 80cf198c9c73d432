package io.repfold.image;

import java.util.stream.IntStream;

/**
 * Decides classes of scores that are scaled up. Between two neighboring columns of the scores every
 * channel runs straight, so the class that is best at both is best between them: only where the two
 * differ are scores computed for each pixel. The result is that of computing them all.
 */
final class UpscaledClasses {
  /** From so many columns for one on, it takes less time. */
  private static final double LEAST_STRETCH = 2;

  /** By more than rounding can take away, relative to the largest score of the column. */
  private static final double CLEAR = 1e-12;

  private static final int UNCLEAR = -1;

  private final ScoreRows rows;
  private final MaskBuilder mask;
  private final double[][] line;

  /** Where columns of the image begin to lie between other columns of the scores, and the end. */
  private final int[] bounds;

  /** For each column of the scores, the class that is clearly the best there. */
  private final int[] best;

  UpscaledClasses(ScoreRows rows, MaskBuilder mask, int columns) {
    this.rows = rows;
    this.mask = mask;
    this.line = new double[rows.channels()][rows.width()];
    this.best = new int[columns];
    this.bounds =
        IntStream.rangeClosed(0, rows.width())
            .filter(x -> x == 0 || x == rows.width() || rows.before(x) != rows.before(x - 1))
            .toArray();
  }

  /** Whether it takes less time than computing each score. */
  static boolean pays(ScoreRows rows) {
    return rows.channels() > 1 && rows.stretch() >= LEAST_STRETCH;
  }

  /** Decides a row of the image. */
  void row(int y) {
    double[][] scores = rows.mixed(y);
    for (int x = 0; x < best.length; x++) {
      best[x] = clearlyBest(scores, x);
    }
    int open = 0;
    for (int i = 0; i + 1 < bounds.length; i++) {
      int from = bounds[i];
      int label = best[rows.before(from)];
      if (label != UNCLEAR && label == best[rows.behind(from)]) {
        compute(y, open, from);
        mask.fill(y, from, bounds[i + 1], label);
        open = bounds[i + 1];
      }
    }
    compute(y, open, rows.width());
  }

  private void compute(int y, int from, int to) {
    if (from == to) {
      return;
    }
    for (int c = 0; c < line.length; c++) {
      rows.spread(c, from, to, line[c]);
    }
    mask.row(y, from, to - from, line);
  }

  /** Never where a score is no finite number. */
  private static int clearlyBest(double[][] scores, int x) {
    int label = 0;
    double first = scores[0][x];
    double second = Double.NEGATIVE_INFINITY;
    double largest = Math.abs(first);
    for (int c = 1; c < scores.length; c++) {
      double score = scores[c][x];
      largest = Math.max(largest, Math.abs(score));
      if (score > first) {
        second = first;
        first = score;
        label = c;
      } else {
        second = Math.max(second, score);
      }
    }
    return first - second > CLEAR * largest ? label : UNCLEAR;
  }
}
