package io.repfold.fold;

/**
 * A product of dense row-major matrices in double: the arithmetic behind 1x1 followed by k x k.
 *
 * <p>Implementations may be faster than {@link #inJava()}, but must accumulate in double.
 */
public interface MatrixProduct {
  /**
   * Prepares the right factor {@code [inner, columns]} for several products.
   *
   * @param rows read during this call only
   */
  Right right(int inner, int columns, Rows rows);

  /** The numbers of a right factor, handed out in blocks so that they need not exist twice. */
  @FunctionalInterface
  interface Rows {
    /** The rows {@code [from, to)}: {@code [to - from, columns]}, a fresh array. */
    double[] read(int from, int to);
  }

  /** A right factor {@code [inner, columns]}. */
  interface Right extends AutoCloseable {
    /**
     * Computes {@code c = a b}.
     *
     * @param a {@code [rows, inner]}
     * @param c {@code [rows, columns]}, overwritten
     */
    void multiply(double[] a, int rows, double[] c);

    @Override
    void close();
  }

  /** Blocked and parallel, in plain Java. */
  static MatrixProduct inJava() {
    return new BlockedMatrixProduct();
  }
}
