package io.repfold.image;

import io.repfold.runtime.EngineException;
import java.util.Arrays;

/**
 * Adds up the scores of windows, which come row by row from left to right, and decides every pixel
 * as soon as no window to come shows it. Holds one window, and of the image's width only the rows
 * that two rows of windows share. Sums are in double precision, so that the mean of equal float32
 * scores ranks classes as the scores do.
 */
final class TileBlend {
  /** 2 GiB. */
  private static final long MOST_KEPT = 1L << 28;

  private final TileAxis rows;
  private final TileAxis columns;
  private final int channels;
  private final MaskBuilder mask;

  /** [channels and, last, the weight][rows of a window * columns of a window] */
  private final double[][] window;

  /** The same for [shared rows * columns of the image]. */
  private final double[][] carried;

  private final double[][] line;

  /**
   * Takes the memory for an image.
   *
   * @param image its name, for the message
   * @throws EngineException if its rows are so long that too much would have to be kept
   */
  TileBlend(String image, TileAxis rows, TileAxis columns, int channels, MaskBuilder mask) {
    long kept = (channels + 1L) * rows.mostShared() * columns.length();
    if (kept > MOST_KEPT) {
      throw new EngineException(
          "'%s' is %d pixels wide: with %d classes and %d shared rows, %d MiB would have to be kept; take less overlap or turn the image"
              .formatted(
                  image, columns.image(), channels, rows.mostShared(), kept * Double.BYTES >> 20));
    }
    this.rows = rows;
    this.columns = columns;
    this.channels = channels;
    this.mask = mask;
    this.window = new double[channels + 1][rows.extent() * columns.extent()];
    this.carried = new double[channels + 1][rows.mostShared() * columns.length()];
    this.line = new double[channels][columns.extent()];
  }

  /** Adds the window in a row and a column of windows. */
  void add(int row, int column, ScoreRows scores) {
    if (column == 0) {
      begin(row, 0, 0);
    }
    accumulate(scores, rows.weights(row), columns.weights(column));
    decide(row, column);
    carry(row, column);
    if (!columns.isLast(column)) {
      int moved = columns.complete(column);
      shift(moved);
      begin(row, columns.shared(column), columns.start(column) + columns.extent());
    }
  }

  /** Fills the window's columns from {@code first} on with what the row of windows above left. */
  private void begin(int row, int first, int imageColumn) {
    int width = columns.extent();
    int count = Math.min(width - first, columns.length() - imageColumn);
    int above = row == 0 ? 0 : rows.shared(row - 1);
    for (int plane = 0; plane <= channels; plane++) {
      for (int y = 0; y < rows.extent(); y++) {
        int to = y * width + first;
        if (y < above) {
          int from = y * columns.length() + imageColumn;
          System.arraycopy(carried[plane], from, window[plane], to, count);
          Arrays.fill(window[plane], to + count, (y + 1) * width, 0);
        } else {
          Arrays.fill(window[plane], to, (y + 1) * width, 0);
        }
      }
    }
  }

  /** What weighs nothing is left out, because it may be infinite. */
  private void accumulate(ScoreRows scores, double[] down, double[] right) {
    int width = columns.extent();
    int first = 0;
    int last = width;
    while (right[first] == 0) {
      first++;
    }
    while (right[last - 1] == 0) {
      last--;
    }
    double[] weights = new double[width];
    for (int y = 0; y < rows.extent(); y++) {
      if (down[y] == 0) {
        continue;
      }
      scores.read(y, line);
      for (int x = first; x < last; x++) {
        weights[x] = down[y] * right[x];
        window[channels][y * width + x] += weights[x];
      }
      for (int c = 0; c < channels; c++) {
        add(line[c], weights, window[c], first, last, y * width);
      }
    }
  }

  private static void add(
      double[] scores, double[] weights, double[] into, int first, int last, int offset) {
    for (int x = first; x < last; x++) {
      into[offset + x] += weights[x] * scores[x];
    }
  }

  private void decide(int row, int column) {
    int count = Math.min(columns.complete(column), columns.image() - columns.start(column));
    int height = Math.min(rows.complete(row), rows.image() - rows.start(row));
    for (int y = 0; y < height; y++) {
      int offset = y * columns.extent();
      for (int c = 0; c < channels; c++) {
        divide(window[c], window[channels], offset, line[c], count);
      }
      mask.row(rows.start(row) + y, columns.start(column), count, line);
    }
  }

  private static void divide(
      double[] sums, double[] weights, int offset, double[] into, int count) {
    for (int x = 0; x < count; x++) {
      into[x] = sums[offset + x] / weights[offset + x];
    }
  }

  private void carry(int row, int column) {
    int width = columns.extent();
    int first = rows.complete(row);
    for (int plane = 0; plane <= channels; plane++) {
      for (int y = first; y < rows.extent(); y++) {
        System.arraycopy(
            window[plane],
            y * width,
            carried[plane],
            (y - first) * columns.length() + columns.start(column),
            columns.complete(column));
      }
    }
  }

  private void shift(int moved) {
    int width = columns.extent();
    for (double[] plane : window) {
      for (int y = 0; y < rows.extent(); y++) {
        System.arraycopy(plane, y * width + moved, plane, y * width, width - moved);
      }
    }
  }
}
