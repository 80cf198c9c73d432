package io.repfold.fold;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Bands of rows in parallel, each against panels of {@code b} that stay in the second-level cache,
 * four rows and four inner indices at a time; the innermost loop runs along the columns, so that
 * the compiler vectorises it. The order of additions is the same whatever the number of threads,
 * and so is the result.
 */
final class BlockedMatrixProduct implements MatrixProduct {
  private static final int BAND = 32;
  private static final int STEP = 4;
  private static final int INNER = 128;
  private static final int COLUMNS = 1024;
  private static final long PARALLEL_FROM = 1L << 20;

  @Override
  public Right right(int inner, int columns, Rows source) {
    double[] b = source.read(0, inner);
    return new Right() {
      @Override
      public void multiply(double[] a, int rows, double[] c) {
        IntStream bands = IntStream.range(0, (rows + BAND - 1) / BAND);
        if ((long) rows * inner * columns >= PARALLEL_FROM) {
          bands = bands.parallel();
        }
        bands.forEach(
            i -> new Band(a, b, c, inner, columns).run(i * BAND, Math.min(rows, (i + 1) * BAND)));
      }

      @Override
      public void close() {}
    };
  }

  /** Some rows of one product. */
  private record Band(double[] a, double[] b, double[] c, int inner, int columns) {
    void run(int from, int to) {
      Arrays.fill(c, from * columns, to * columns, 0);
      for (int j = 0; j < columns; j += COLUMNS) {
        int lastColumn = Math.min(columns, j + COLUMNS);
        for (int k = 0; k < inner; k += INNER) {
          panel(from, to, k, Math.min(inner, k + INNER), j, lastColumn);
        }
      }
    }

    private void panel(int from, int to, int k0, int k1, int j0, int j1) {
      int fullRows = from + (to - from) / STEP * STEP;
      int fullInner = k0 + (k1 - k0) / STEP * STEP;
      for (int row = from; row < fullRows; row += STEP) {
        for (int k = k0; k < fullInner; k += STEP) {
          fourByFour(row, k, j0, j1);
        }
      }
      for (int row = from; row < to; row++) {
        for (int k = row < fullRows ? fullInner : k0; k < k1; k++) {
          oneByOne(row, k, j0, j1);
        }
      }
    }

    private void fourByFour(int row, int k, int j0, int j1) {
      int r0 = row * inner + k;
      int r1 = r0 + inner;
      int r2 = r1 + inner;
      int r3 = r2 + inner;
      double a00 = a[r0], a01 = a[r0 + 1], a02 = a[r0 + 2], a03 = a[r0 + 3];
      double a10 = a[r1], a11 = a[r1 + 1], a12 = a[r1 + 2], a13 = a[r1 + 3];
      double a20 = a[r2], a21 = a[r2 + 1], a22 = a[r2 + 2], a23 = a[r2 + 3];
      double a30 = a[r3], a31 = a[r3 + 1], a32 = a[r3 + 2], a33 = a[r3 + 3];
      int b0 = k * columns;
      int b1 = b0 + columns;
      int b2 = b1 + columns;
      int b3 = b2 + columns;
      int c0 = row * columns;
      int c1 = c0 + columns;
      int c2 = c1 + columns;
      int c3 = c2 + columns;
      for (int j = j0; j < j1; j++) {
        double x0 = b[b0 + j];
        double x1 = b[b1 + j];
        double x2 = b[b2 + j];
        double x3 = b[b3 + j];
        c[c0 + j] += a00 * x0 + a01 * x1 + a02 * x2 + a03 * x3;
        c[c1 + j] += a10 * x0 + a11 * x1 + a12 * x2 + a13 * x3;
        c[c2 + j] += a20 * x0 + a21 * x1 + a22 * x2 + a23 * x3;
        c[c3 + j] += a30 * x0 + a31 * x1 + a32 * x2 + a33 * x3;
      }
    }

    private void oneByOne(int row, int k, int j0, int j1) {
      double factor = a[row * inner + k];
      int bk = k * columns;
      int ck = row * columns;
      for (int j = j0; j < j1; j++) {
        c[ck + j] += factor * b[bk + j];
      }
    }
  }
}
