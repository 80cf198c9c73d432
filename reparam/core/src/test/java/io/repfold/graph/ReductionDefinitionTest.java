package io.repfold.graph;

import static io.repfold.graph.Indices.assertElements;
import static io.repfold.graph.Indices.at;
import static io.repfold.graph.Nodes.apply;
import static io.repfold.graph.Nodes.longs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ReductionDefinitionTest {
  private final NdArray x =
      NdArray.of(new SplittableRandom(2).doubles(60, -3, 3).toArray(), 3, 4, 5);

  private static Op.Reduce reduce(Op.Reduce.Function function, boolean keeps, Integer... axes) {
    return new Op.Reduce(function, Optional.of(List.of(axes)), keeps, false);
  }

  private static double reduced(Op.Reduce.Function function, DoubleStream values) {
    double[] all = values.toArray();
    return switch (function) {
      case SUM -> DoubleStream.of(all).sum();
      case MEAN -> DoubleStream.of(all).sum() / all.length;
      case MAX -> DoubleStream.of(all).max().orElseThrow();
      case MIN -> DoubleStream.of(all).min().orElseThrow();
      case PROD -> DoubleStream.of(all).reduce(1, (a, b) -> a * b);
    };
  }

  @ParameterizedTest
  @EnumSource
  void a_reduction_is_over_the_axes_that_it_names(Op.Reduce.Function function) {
    NdArray y = apply(reduce(function, false, -2), x);
    assertThat(y.dims()).containsExactly(3, 5);
    assertElements(
        y, i -> reduced(function, IntStream.range(0, 4).mapToDouble(c -> at(x, i[0], c, i[1]))));

    NdArray kept = apply(reduce(function, true, 2, 0), x);
    assertThat(kept.dims()).containsExactly(1, 4, 1);
    assertElements(
        kept,
        i -> reduced(function, IntStream.range(0, 15).mapToDouble(k -> at(x, k / 5, i[1], k % 5))));
  }

  @ParameterizedTest
  @CsvSource({
    "SUM, FLOAT, 0",
    "PROD, FLOAT, 1",
    "MEAN, FLOAT, NaN",
    "MAX, FLOAT, -Infinity",
    "MIN, FLOAT, Infinity",
    "MAX, BOOL, 0",
    "MIN, BOOL, 1",
    "MAX, INT8, -128",
    "MIN, INT8, 127",
    "MAX, UINT8, 0",
    "MIN, UINT8, 255",
    "MAX, INT32, -2147483648",
    "MIN, INT32, 2147483647",
    "MAX, UINT16, 0",
    "MIN, UINT16, 65535",
    "MAX, UINT32, 0",
    "MIN, UINT32, 4294967295",
    "MAX, INT64, -9223372036854775808",
    "MAX, UINT64, 0",
    "MIN, INT16, 32767"
  })
  void a_reduction_of_nothing_is_what_changes_no_other(
      Op.Reduce.Function function, ElementType type, double expected) {
    NdArray empty = new NdArray(type, new int[] {2, 0}, new double[0]);

    NdArray y = apply(reduce(function, false, 1), empty);

    assertThat(y.data()).containsExactly(expected, expected);
    assertThat(y.type()).isEqualTo(type);
    if (!Double.isNaN(expected)) {
      assertThat(y.toTensor().doubleAt(1)).isEqualTo(expected);
    }
  }

  @Test
  void a_mean_of_integers_is_cut_off_towards_zero() {
    NdArray whole = new NdArray(ElementType.INT32, new int[] {2, 2}, new double[] {-3, 0, 3, 0});
    assertThat(apply(reduce(Op.Reduce.Function.MEAN, false, 1), whole).data())
        .containsExactly(-1, 1);
  }

  @Test
  void what_is_no_number_is_the_result() {
    NdArray some = Nodes.vector(1, Double.NaN, 3);
    for (Op.Reduce.Function function : Op.Reduce.Function.values()) {
      assertThat(apply(reduce(function, false, 0), some).data()).containsExactly(Double.NaN);
    }
  }

  @Test
  void axes_are_those_of_the_rank_and_named_once() {
    assertThatThrownBy(() -> apply(reduce(Op.Reduce.Function.SUM, true, 3), x))
        .hasMessageContaining("axis 3 is outside the 3 axes");
    assertThatThrownBy(() -> apply(reduce(Op.Reduce.Function.SUM, true, -4), x))
        .hasMessageContaining("axis -4 is outside");
    assertThatThrownBy(() -> apply(reduce(Op.Reduce.Function.SUM, true, 1, -2), x))
        .hasMessageContaining("axis -2 is named twice");
    Op all = new Op.Reduce(Op.Reduce.Function.MAX, Optional.empty(), true, false);
    assertThat(apply(all, x, longs()).dims()).containsExactly(1, 1, 1);
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "-1"})
  void the_largest_is_found_along_its_axis(int axis) {
    NdArray whole =
        NdArray.of(new SplittableRandom(3).ints(60, 0, 4).asDoubleStream().toArray(), 3, 4, 5);
    int along = Math.floorMod(axis, 3);
    for (boolean last : new boolean[] {false, true}) {
      NdArray y = apply(new Op.ArgMax(axis, true, last), whole);
      assertThat(y.type()).isEqualTo(ElementType.INT64);
      assertThat(y.dim(along)).isEqualTo(1);
      assertElements(
          y,
          i -> {
            int best = 0;
            for (int k = 0; k < whole.dim(along); k++) {
              double value = at(whole, with(i, along, k));
              double largest = at(whole, with(i, along, best));
              best = value > largest || (last && value == largest) ? k : best;
            }
            return best;
          });
    }
  }

  private static int[] with(int[] index, int axis, int value) {
    int[] changed = index.clone();
    changed[axis] = value;
    return changed;
  }

  @Test
  void nothing_is_largest_of_nothing() {
    NdArray empty = NdArray.of(new double[0], 2, 0);
    assertThatThrownBy(() -> apply(new Op.ArgMax(1, true, false), empty))
        .hasMessageContaining("axis 1 of DOUBLE[2, 0] is empty, so nothing is largest there");
    assertThat(apply(new Op.ArgMax(0, false, false), empty).dims()).containsExactly(0);
  }
}
