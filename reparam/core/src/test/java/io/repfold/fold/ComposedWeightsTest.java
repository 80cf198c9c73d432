package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Tensor;
import org.junit.jupiter.api.Test;

class ComposedWeightsTest {
  private static final int[] UNIT = {1, 1};
  private static final int[] ORIGIN = {0, 0};

  @Test
  void an_average_spreads_each_row_by_its_own_factor_wherever_reading_begins() {
    Taps pair = Taps.grid(ORIGIN, UNIT, new int[] {1, 2});
    Weights average = new DiagonalWeights(new double[] {2, 3, 5, 7}, pair);

    Weights weights = ComposedWeights.of(pointwise(), UNIT, average);

    try (Weights.Rows rows = weights.open(MatrixProduct.inJava())) {
      assertThat(rows.read(0, 1)).containsExactly(2, 4, 2, 4);
      assertThat(rows.read(2, 4)).containsExactly(25, 30, 25, 30, 49, 56, 49, 56);
    }
  }

  @Test
  void a_kernel_behind_a_pointwise_one_is_their_product_wherever_reading_begins() {
    Tensor kernel =
        Tensor.ofFloats(new float[] {1, 0, 0, 1, 0, 0, 2, 0, 0, 1, 1, 0, 0, 0, 0, 3}, 2, 4, 1, 2);
    Weights second = StoredWeights.of(kernel, TensorReader.of(kernel), 1, ORIGIN, UNIT);

    Weights weights = ComposedWeights.of(pointwise(), UNIT, second);

    try (Weights.Rows rows = weights.open(MatrixProduct.inJava())) {
      assertThat(rows.read(0, 2)).containsExactly(15, 18, 3, 4, 3, 4, 22, 26);
      assertThat(rows.read(1, 2)).containsExactly(3, 4, 22, 26);
    }
  }

  /** Four channels of two: 1 2, 3 4, 5 6, 7 8. */
  private static Weights pointwise() {
    Tensor tensor = Tensor.ofFloats(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 4, 2, 1, 1);
    return StoredWeights.of(tensor, TensorReader.of(tensor), 1, ORIGIN, UNIT);
  }
}
