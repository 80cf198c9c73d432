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
  private final double[][] mixed;
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
    this.mixed = new double[scores.channels()][scores.size().width()];
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

  /** How many columns of the image a column of the scores stands for. */
  double stretch() {
    return (double) columns.targets() / scores.size().width();
  }

  /** The column of the scores before a column of the image. */
  int before(int x) {
    return left[x];
  }

  /** The column of the scores behind a column of the image; at the border, the same. */
  int behind(int x) {
    return right[x];
  }

  /**
   * Computes a row of the image.
   *
   * @param into for each channel, a number for each column
   */
  void read(int y, double[][] into) {
    if (nearest) {
      load(rows.nearest(y), rows.nearest(y));
      for (int c = 0; c < scores.channels(); c++) {
        pick(top[c], into[c]);
      }
    } else if (columns.isIdentity()) {
      mix(y, into, columns.targets());
    } else {
      mixed(y);
      for (int c = 0; c < scores.channels(); c++) {
        spread(c, 0, columns.targets(), into[c]);
      }
    }
  }

  /**
   * The scores at the height of a row of the image, in their own columns.
   *
   * @return for each channel, a number for each column of the scores; the next row overwrites it
   */
  double[][] mixed(int y) {
    mix(y, mixed, scores.size().width());
    return mixed;
  }

  /**
   * Scales a part of the row that was mixed last.
   *
   * @param from the first column of the image
   * @param to the column behind the last
   * @param into its beginning becomes a number for each of these columns
   */
  void spread(int channel, int from, int to, double[] into) {
    double[] source = mixed[channel];
    for (int x = from; x < to; x++) {
      double before = source[left[x]];
      double weight = share[x];
      into[x - from] = weight == 0 ? before : (1 - weight) * before + weight * source[right[x]];
    }
  }

  private void mix(int y, double[][] into, int count) {
    load(rows.lower(y), rows.upper(y));
    for (int c = 0; c < scores.channels(); c++) {
      mix(top[c], bottom[c], rows.weight(y), into[c], count);
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
}
