package io.repfold.graph;

import static io.repfold.graph.Indices.assertElements;
import static io.repfold.graph.Indices.at;
import static io.repfold.graph.Nodes.apply;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products of matrices and normalizations, element by element. */
class MatrixDefinitionTest {
  private final SplittableRandom random = new SplittableRandom(1);

  private NdArray random(int... dims) {
    return NdArray.of(random.doubles(Layout.count(dims), -2, 2).toArray(), dims);
  }

  @Test
  void leading_axes_of_both_sides_stretch() {
    NdArray a = random(3, 1, 2, 4);
    NdArray b = random(5, 4, 3);

    NdArray y = apply(new Op.MatMul(), a, b);

    assertThat(y.dims()).containsExactly(3, 5, 2, 3);
    assertElements(
        y,
        i -> {
          double sum = 0;
          for (int k = 0; k < 4; k++) {
            sum += at(a, i[0], 0, i[2], k) * at(b, i[1], k, i[3]);
          }
          return sum;
        });
  }

  @Test
  void a_product_over_nothing_is_zero() {
    NdArray y = apply(new Op.MatMul(), random(2, 0), random(0, 3));
    assertThat(y.dims()).containsExactly(2, 3);
    assertThat(y.data()).containsOnly(0);
  }

  @Test
  void infinities_and_what_is_no_number_spread() {
    NdArray a = NdArray.of(new double[] {0, 1}, 1, 2);
    NdArray b = NdArray.of(new double[] {Double.POSITIVE_INFINITY, 2, 3, 4}, 2, 2);
    assertThat(apply(new Op.MatMul(), a, b).data()).containsExactly(Double.NaN, 4);
  }

  @ParameterizedTest
  @CsvSource({"false, false", "true, false", "false, true", "true, true"})
  void a_general_product_transposes_scales_and_adds(boolean transA, boolean transB) {
    NdArray a = transA ? random(4, 2) : random(2, 4);
    NdArray b = transB ? random(3, 4) : random(4, 3);
    for (NdArray c : List.of(random(2, 3), random(2, 1), random(3), random(1, 3), random())) {
      NdArray y = apply(new Op.Gemm(-0.5f, 0.25f, transA, transB), a, b, c);

      assertElements(
          y,
          i -> {
            double sum = 0;
            for (int k = 0; k < 4; k++) {
              double left = transA ? at(a, k, i[0]) : at(a, i[0], k);
              sum += left * (transB ? at(b, i[1], k) : at(b, k, i[1]));
            }
            NdArray added = apply(new Op.Expand(), c, Nodes.longs(2, 3));
            return -0.5 * sum + 0.25 * at(added, i);
          });
    }
  }

  /** {@code c} stretches to the product, never the product to {@code c}. */
  @Test
  void what_is_added_does_not_stretch_the_product() {
    Op gemm = new Op.Gemm(1, 1, false, false);
    assertThatThrownBy(() -> apply(gemm, random(1, 2), random(2, 3), random(2, 3)))
        .hasMessageContaining("DOUBLE[2, 3] does not broadcast to DOUBLE[1, 3]");
    assertThatThrownBy(() -> apply(gemm, random(1, 2), random(2, 3), random(1, 1, 3)))
        .hasMessageContaining("does not broadcast");
    assertThatThrownBy(() -> apply(gemm, random(2), random(2, 3)))
        .hasMessageContaining("expected two matrices, got DOUBLE[2] and DOUBLE[2, 3]");
  }

  @Test
  void a_channel_is_normalized_by_its_own_statistics() {
    NdArray x = random(2, 3, 2, 2);
    NdArray scale = random(3);
    NdArray shift = random(3);
    NdArray mean = random(3);
    NdArray variance = NdArray.of(new double[] {0.1, 4, 9}, 3);
    Op op = new Op.BatchNormalization(0.5f, 0.9f, false);

    NdArray y = apply(op, x, scale, shift, mean, variance);

    assertElements(
        y,
        i -> {
          double factor = at(scale, i[1]) / Math.sqrt(at(variance, i[1]) + 0.5);
          return (at(x, i) - at(mean, i[1])) * factor + at(shift, i[1]);
        });
  }

  @Test
  void an_input_with_one_axis_is_one_channel() {
    NdArray x = random(4);
    Op op = new Op.BatchNormalization(0, 0.9f, false);

    NdArray y = apply(op, x, vector(2), vector(1), vector(3), vector(4));

    assertElements(y, i -> (at(x, i) - 3) / 2 * 2 + 1);
    assertThatThrownBy(() -> apply(op, x, vector(2, 2), vector(1), vector(3), vector(4)))
        .hasMessageContaining("parameter DOUBLE[2] does not fit 1 channels");
  }

  private static NdArray vector(double... values) {
    return Nodes.vector(values);
  }

  @ParameterizedTest
  @CsvSource({"0, false", "1, false", "-1, false", "0, true", "1, true", "2, true", "3, true"})
  void a_softmax_is_over_its_axis_or_over_all_from_it_on(int axis, boolean flattens) {
    NdArray x = random(2, 3, 4);

    NdArray y = apply(new Op.Softmax(axis, flattens), x);

    assertElements(
        y,
        i -> {
          double sum = 0;
          for (int[] j : all(2, 3, 4)) {
            boolean same = true;
            for (int a = 0; a < 3; a++) {
              boolean free = flattens ? a >= axis : a == Math.floorMod(axis, 3);
              same &= free || i[a] == j[a];
            }
            sum += same ? Math.exp(at(x, j)) : 0;
          }
          return Math.exp(at(x, i)) / sum;
        });
  }

  private static List<int[]> all(int... dims) {
    List<int[]> all = new ArrayList<>();
    for (int i = 0; i < dims[0]; i++) {
      for (int j = 0; j < dims[1]; j++) {
        for (int k = 0; k < dims[2]; k++) {
          all.add(new int[] {i, j, k});
        }
      }
    }
    return all;
  }

  @Test
  void a_softmax_of_large_numbers_does_not_overflow() {
    double[] y = apply(new Op.Softmax(-1, false), vector(1e300, 1e300, -1e300)).data();
    assertThat(y).containsExactly(0.5, 0.5, 0);
    assertThat(apply(new Op.Softmax(-1, false), vector(Double.NEGATIVE_INFINITY, 0)).data())
        .containsExactly(0, 1);
    assertThat(apply(new Op.Softmax(0, false), vector(Double.NaN, 0)).data())
        .containsOnly(Double.NaN);
  }
}
