package io.repfold.fold;

import java.util.stream.IntStream;

/**
 * Four rows of {@code a} against a panel of {@code b} that stays in the second-level cache; the
 * inner loop runs along the columns, so that the compiler vectorises it. Row blocks run in
 * parallel, each with the same order of additions, so the result does not depend on the number of
 * threads.
 */
final class BlockedMatrixProduct implements MatrixProduct {
  private static final int ROWS = 4;
  private static final int INNER = 128;
  private static final int COLUMNS = 512;
  private static final long PARALLEL_FROM = 1L << 20;

  @Override
  public Right right(double[] b, int inner, int columns) {
    return new Right() {
      @Override
      public void multiply(double[] a, int rows, double[] c) {
        int blocks = (rows + ROWS - 1) / ROWS;
        IntStream range = IntStream.range(0, blocks);
        if ((long) rows * inner * columns >= PARALLEL_FROM) {
          range = range.parallel();
        }
        range.forEach(
            block ->
                rowBlock(
                    a, b, c, block * ROWS, Math.min(rows, (block + 1) * ROWS), inner, columns));
      }

      @Override
      public void close() {}
    };
  }

  private static void rowBlock(
      double[] a, double[] b, double[] c, int from, int to, int inner, int columns) {
    java.util.Arrays.fill(c, from * columns, to * columns, 0);
    for (int k0 = 0; k0 < inner; k0 += INNER) {
      int k1 = Math.min(inner, k0 + INNER);
      for (int j0 = 0; j0 < columns; j0 += COLUMNS) {
        int j1 = Math.min(columns, j0 + COLUMNS);
        if (to - from == ROWS) {
          fourRows(a, b, c, from, k0, k1, j0, j1, inner, columns);
        } else {
          for (int row = from; row < to; row++) {
            oneRow(a, b, c, row, k0, k1, j0, j1, inner, columns);
          }
        }
      }
    }
  }

  private static void fourRows(
      double[] a,
      double[] b,
      double[] c,
      int row,
      int k0,
      int k1,
      int j0,
      int j1,
      int inner,
      int columns) {
    int c0 = row * columns;
    int c1 = c0 + columns;
    int c2 = c1 + columns;
    int c3 = c2 + columns;
    for (int k = k0; k < k1; k++) {
      double a0 = a[row * inner + k];
      double a1 = a[(row + 1) * inner + k];
      double a2 = a[(row + 2) * inner + k];
      double a3 = a[(row + 3) * inner + k];
      int bk = k * columns;
      for (int j = j0; j < j1; j++) {
        double value = b[bk + j];
        c[c0 + j] += a0 * value;
        c[c1 + j] += a1 * value;
        c[c2 + j] += a2 * value;
        c[c3 + j] += a3 * value;
      }
    }
  }

  private static void oneRow(
      double[] a,
      double[] b,
      double[] c,
      int row,
      int k0,
      int k1,
      int j0,
      int j1,
      int inner,
      int columns) {
    int c0 = row * columns;
    for (int k = k0; k < k1; k++) {
      double factor = a[row * inner + k];
      int bk = k * columns;
      for (int j = j0; j < j1; j++) {
        c[c0 + j] += factor * b[bk + j];
      }
    }
  }
}
