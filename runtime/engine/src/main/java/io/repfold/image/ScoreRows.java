package io.repfold.image;

import java.util.stream.IntStream;

/** The scores of one image, resized to the image: bilinear for scores, nearest for classes. */
final class ScoreRows {
  private final Scores scores;
  private final int image;
  private final boolean nearest;
  private final Interpolation rows;
  private final Interpolation columns;
  private float[][] top;
  private float[][] bottom;
  private int topRow = -1;
  private int bottomRow = -1;
  private final double[] mixed;
  private final int[] left;
  private final int[] right;
  private final double[] share;

  ScoreRows(Scores scores, int image, Frame frame, boolean nearest) {
    this.scores = scores;
    this.image = image;
    this.nearest = nearest;
    this.rows = frame.outputRows(scores.size().height());
    this.columns = frame.outputColumns(scores.size().width());
    this.top = new float[scores.channels()][scores.size().width()];
    this.bottom = new float[scores.channels()][scores.size().width()];
    this.mixed = new double[scores.size().width()];
    this.left = IntStream.range(0, columns.targets()).map(columns::lower).toArray();
    this.right = IntStream.range(0, columns.targets()).map(columns::upper).toArray();
    this.share = IntStream.range(0, columns.targets()).mapToDouble(columns::weight).toArray();
  }

  int channels() {
    return scores.channels();
  }

  int height() {
    return rows.targets();
  }

  int width() {
    return columns.targets();
  }

  /**
   * Computes a row of the image.
   *
   * @param into for each channel, a number for each column
   */
  void read(int y, double[][] into) {
    if (nearest) {
      load(rows.nearest(y), rows.nearest(y));
    } else {
      load(rows.lower(y), rows.upper(y));
    }
    double weight = rows.weight(y);
    for (int c = 0; c < scores.channels(); c++) {
      if (nearest) {
        pick(top[c], into[c]);
      } else if (columns.isIdentity()) {
        mix(top[c], bottom[c], weight, into[c], columns.targets());
      } else {
        mix(top[c], bottom[c], weight, mixed, mixed.length);
        spread(into[c]);
      }
    }
  }

  private void load(int first, int second) {
    if (topRow != first && bottomRow == first) {
      float[][] swapped = top;
      top = bottom;
      bottom = swapped;
      bottomRow = topRow;
      topRow = first;
    }
    if (topRow != first) {
      fetch(first, top);
      topRow = first;
    }
    if (bottomRow != second) {
      fetch(second, bottom);
      bottomRow = second;
    }
  }

  private void fetch(int row, float[][] into) {
    for (int c = 0; c < scores.channels(); c++) {
      scores.row(image, c, row, into[c]);
    }
  }

  private void pick(float[] from, double[] into) {
    for (int x = 0; x < columns.targets(); x++) {
      into[x] = from[columns.nearest(x)];
    }
  }

  /** An infinite score is not mixed with weight 0, which would make it NaN. */
  private static void mix(float[] upper, float[] lower, double weight, double[] into, int count) {
    if (weight == 0) {
      for (int x = 0; x < count; x++) {
        into[x] = upper[x];
      }
      return;
    }
    for (int x = 0; x < count; x++) {
      into[x] = (1 - weight) * upper[x] + weight * lower[x];
    }
  }

  private void spread(double[] into) {
    for (int x = 0; x < share.length; x++) {
      double before = mixed[left[x]];
      double weight = share[x];
      into[x] = weight == 0 ? before : (1 - weight) * before + weight * mixed[right[x]];
    }
  }
}
