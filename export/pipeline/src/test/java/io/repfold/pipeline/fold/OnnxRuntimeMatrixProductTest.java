package io.repfold.pipeline.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.fold.MatrixProduct;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OnnxRuntimeMatrixProductTest {
  /** Sizes below, at and above the part that is copied at once, here 64 elements. */
  @ParameterizedTest(name = "[{0}, {1}] x [{1}, {2}]")
  @CsvSource({"1, 1, 1", "5, 7, 3", "9, 8, 8", "33, 16, 21", "2, 100, 5", "70, 3, 130"})
  void blocks_give_the_same_product_as_java(int rows, int inner, int columns) {
    double[] a = random(1, rows * inner);
    double[] b = random(2, inner * columns);
    double[] expected = new double[rows * columns];
    MatrixProduct.inJava().right(inner, columns, rows(b, columns)).multiply(a, rows, expected);

    double[] first = new double[rows * columns];
    double[] second = new double[rows * columns];
    try (OnnxRuntimeMatrixProduct product = new OnnxRuntimeMatrixProduct(0, 64);
        MatrixProduct.Right right = product.right(inner, columns, rows(b, columns));
        MatrixProduct.Right other = product.right(inner, columns, rows(b, columns))) {
      right.multiply(a, rows, first);
      other.multiply(a, rows, second);
      right.multiply(a, rows, second);
      assertThat(product.usedOnnxRuntime()).isTrue();
    }

    assertThat(first).containsExactly(expected, Offset.offset(1e-12));
    assertThat(second).containsExactly(first);
  }

  @ParameterizedTest
  @CsvSource({"3, 4, 5"})
  void small_products_do_not_start_onnx_runtime(int rows, int inner, int columns) {
    double[] c = new double[rows * columns];
    try (OnnxRuntimeMatrixProduct product = new OnnxRuntimeMatrixProduct();
        MatrixProduct.Right right =
            product.right(inner, columns, rows(random(2, inner * columns), columns))) {
      right.multiply(random(1, rows * inner), rows, c);
      assertThat(product.usedOnnxRuntime()).isFalse();
    }
  }

  private static MatrixProduct.Rows rows(double[] matrix, int columns) {
    return (from, to) -> Arrays.copyOfRange(matrix, from * columns, to * columns);
  }

  private static double[] random(long seed, int count) {
    return new Random(seed).doubles(count, -1, 1).toArray();
  }
}
