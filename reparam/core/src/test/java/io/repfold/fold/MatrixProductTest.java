package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MatrixProductTest {
  /** All small sizes, around the blocks' edges, and some that are worth several threads. */
  static Stream<Arguments> sizes() {
    Stream<Arguments> small =
        IntStream.range(0, 9 * 9 * 9)
            .mapToObj(i -> Arguments.of(1 + i / 81, 1 + i / 9 % 9, 1 + i % 9));
    Stream<Arguments> edges =
        Stream.of(
            Arguments.of(5, 127, 511),
            Arguments.of(4, 128, 512),
            Arguments.of(7, 129, 513),
            Arguments.of(1, 300, 1100),
            Arguments.of(131, 1, 700),
            Arguments.of(130, 257, 1),
            Arguments.of(67, 259, 1031));
    return Stream.concat(small, edges);
  }

  @ParameterizedTest(name = "{0} x {1} times {1} x {2}")
  @MethodSource("sizes")
  void is_the_sum_of_products(int rows, int inner, int columns) {
    SplittableRandom random = new SplittableRandom(rows * 31L + inner * 7L + columns);
    // Whole numbers, so that the order of additions does not matter.
    double[] a = random.ints((long) rows * inner, -50, 50).asDoubleStream().toArray();
    double[] b = random.ints((long) inner * columns, -50, 50).asDoubleStream().toArray();
    double[] c = product(a, b, rows, inner, columns);
    double[] expected = new double[rows * columns];
    for (int i = 0; i < rows; i++) {
      for (int k = 0; k < inner; k++) {
        for (int j = 0; j < columns; j++) {
          expected[i * columns + j] += a[i * inner + k] * b[k * columns + j];
        }
      }
    }
    assertThat(c).isEqualTo(expected);
  }

  /** Into a result that held something else before. */
  private static double[] product(double[] a, double[] b, int rows, int inner, int columns) {
    double[] c = new double[rows * columns];
    Arrays.fill(c, Double.NaN);
    MatrixProduct.Rows right = (from, to) -> Arrays.copyOfRange(b, from * columns, to * columns);
    try (MatrixProduct.Right factor = MatrixProduct.inJava().right(inner, columns, right)) {
      factor.multiply(a, rows, c);
    }
    return c;
  }

  @Test
  void one_factor_serves_several_products() {
    double[] b = {1, 2, 3, 4};
    MatrixProduct.Rows right = (from, to) -> Arrays.copyOfRange(b, from * 2, to * 2);
    try (MatrixProduct.Right factor = MatrixProduct.inJava().right(2, 2, right)) {
      double[] c = new double[2];
      factor.multiply(new double[] {1, 0}, 1, c);
      assertThat(c).containsExactly(1, 2);
      factor.multiply(new double[] {0, 1}, 1, c);
      assertThat(c).containsExactly(3, 4);
    }
  }

  /** A skipped product with zero would hide it. */
  @Test
  void what_is_not_a_number_stays_none() {
    for (int place = 0; place < 5; place++) {
      double[] b = new double[5 * 3];
      b[place * 3 + 1] = place % 2 == 0 ? Double.NaN : Double.POSITIVE_INFINITY;
      double[] c = product(new double[6 * 5], b, 6, 5, 3);
      for (int row = 0; row < 6; row++) {
        assertThat(c[row * 3]).isZero();
        assertThat(c[row * 3 + 1]).isNaN();
        assertThat(c[row * 3 + 2]).isZero();
      }
    }
  }
}
