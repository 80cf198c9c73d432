package io.repfold.fold;

/**
 * A product of dense row-major matrices in double: the arithmetic behind 1x1 followed by k x k.
 *
 * <p>Implementations may be faster than {@link #inJava()}, but must accumulate in double.
 */
public interface MatrixProduct {
  /**
   * Prepares the right factor for several products.
   *
   * @param b {@code [inner, columns]}; must not change before the operand is closed
   */
  Right right(double[] b, int inner, int columns);

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
