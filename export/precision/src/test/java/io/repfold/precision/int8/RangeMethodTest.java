package io.repfold.precision.int8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.ElementType;
import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RangeMethodTest {
  /** Normal numbers and one of 60. */
  private static final float[] OUTLIER = normal(20000, 60);

  private static float[] normal(int count, float last) {
    Random random = new Random(3);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    values[count - 1] = last;
    return values;
  }

  private static TensorStatistics of(float... values) {
    TensorStatistics statistics = new TensorStatistics();
    statistics.accept(FloatBuffer.wrap(values));
    return statistics;
  }

  private static double squaredError(IntegerGrid grid, float... values) {
    double sum = 0;
    for (float value : values) {
      sum += Math.pow(value - grid.round(value), 2);
    }
    return sum;
  }

  @Test
  void minmax_holds_all_that_was_seen() {
    IntegerGrid symmetric = RangeMethod.MINMAX.grid(of(-1, 0.5f, 2), false);
    assertThat(symmetric).isEqualTo(new IntegerGrid(ElementType.INT8, 2f / 127, 0));
    assertThat(symmetric.quantize(2)).isEqualTo(127);
    assertThat(symmetric.quantize(-2)).isEqualTo(-127);

    IntegerGrid unsigned = RangeMethod.MINMAX.grid(of(-1, 0.5f, 2), true);
    assertThat(unsigned).isEqualTo(new IntegerGrid(ElementType.UINT8, 3f / 255, 85));
    assertThat(unsigned.round(0)).isZero();
    assertThat(unsigned.quantize(-1)).isEqualTo(0);
    assertThat(unsigned.quantize(2)).isEqualTo(255);
  }

  @Test
  void what_a_relu_makes_takes_all_integers_of_an_unsigned_grid() {
    IntegerGrid grid = RangeMethod.MINMAX.grid(of(0, 0, 5.1f), true);
    assertThat(grid.zeroPoint()).isZero();
    assertThat(grid.scale()).isEqualTo(5.1f / 255);
  }

  @ParameterizedTest
  @EnumSource(RangeMethod.class)
  void zero_is_always_on_the_grid(RangeMethod method) {
    for (boolean unsigned : new boolean[] {true, false}) {
      assertThat(method.grid(of(3, 4, 5), unsigned).round(0)).isZero();
      assertThat(method.grid(of(-3, -4, -5), unsigned).round(0)).isZero();
      assertThat(method.grid(of(OUTLIER), unsigned).round(0)).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(RangeMethod.class)
  void a_constant_comes_back(RangeMethod method) {
    for (boolean unsigned : new boolean[] {true, false}) {
      assertThat(method.grid(of(0, 0, 0), unsigned).round(0)).isZero();
      assertThat(method.grid(of(0.7f, 0.7f), unsigned).round(0.7f)).isCloseTo(0.7, close(1e-3));
      assertThat(method.grid(of(-0.7f, -0.7f), unsigned).round(-0.7f)).isCloseTo(-0.7, close(1e-3));
      assertThat(method.grid(of(Float.MIN_VALUE), unsigned).scale()).isPositive();
      assertThat(method.grid(of(3e38f, -3e38f), unsigned).scale()).isFinite();
    }
  }

  private static org.assertj.core.data.Percentage close(double share) {
    return org.assertj.core.data.Percentage.withPercentage(100 * share);
  }

  /** Three bits are lost on a range that one number in 20000 needs. */
  @ParameterizedTest
  @CsvSource({"PERCENTILE, 20", "ENTROPY, 4"})
  void an_outlier_is_cut_off(RangeMethod method, double least) {
    float[] ordinary = java.util.Arrays.copyOf(OUTLIER, OUTLIER.length - 1);
    for (boolean unsigned : new boolean[] {true, false}) {
      double all = squaredError(RangeMethod.MINMAX.grid(of(OUTLIER), unsigned), ordinary);
      double cut = squaredError(method.grid(of(OUTLIER), unsigned), ordinary);
      assertThat(cut).as("%s, %s", method, unsigned).isLessThan(all / least);
    }
  }

  @Test
  void least_squares_is_no_worse_than_any_other_on_what_it_measures() {
    for (float last : new float[] {0, 8, 20, 60}) {
      float[] values = normal(20000, last);
      for (boolean unsigned : new boolean[] {true, false}) {
        double best = squaredError(RangeMethod.MSE.grid(of(values), unsigned), values);
        for (RangeMethod other : RangeMethod.values()) {
          assertThat(best)
              .as("against %s", other)
              .isLessThan(1.03 * squaredError(other.grid(of(values), unsigned), values));
        }
      }
    }
  }

  @Test
  void percentile_keeps_all_but_one_in_ten_thousand() {
    float[] values = new float[20000];
    for (int i = 0; i < values.length; i++) {
      values[i] = i < 19990 ? 1 : 100;
    }
    double bin = 128.0 / Histogram.BINS;
    assertThat(127.0 * RangeMethod.PERCENTILE.grid(of(values), false).scale())
        .as("10 of 20000 are more than one in 10000")
        .isCloseTo(100, close(1e-3));
    java.util.Arrays.fill(values, 19990, 19999, 1);
    assertThat(127.0 * RangeMethod.PERCENTILE.grid(of(values), false).scale())
        .isBetween(1.0, 1 + bin);
  }

  @Test
  void halves_round_to_the_even_integer() {
    IntegerGrid grid = new IntegerGrid(ElementType.INT8, 2, 0);
    assertThat(grid.quantize(1)).isZero();
    assertThat(grid.quantize(3)).isEqualTo(2);
    assertThat(grid.quantize(5)).isEqualTo(2);
    assertThat(grid.quantize(-1)).isZero();
    assertThat(new IntegerGrid(ElementType.UINT8, 2, 1).quantize(1)).isEqualTo(1);
  }

  @Test
  void a_grid_needs_a_type_and_a_scale() {
    assertThatThrownBy(() -> new IntegerGrid(ElementType.INT16, 1, 0))
        .hasMessageContaining("INT8 or UINT8, not INT16");
    assertThatThrownBy(() -> new IntegerGrid(ElementType.INT8, 0, 0))
        .hasMessageContaining("positive and finite, not 0.0");
    assertThatThrownBy(() -> new IntegerGrid(ElementType.INT8, Float.NaN, 0))
        .hasMessageContaining("NaN");
  }
}
