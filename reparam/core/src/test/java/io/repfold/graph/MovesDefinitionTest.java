package io.repfold.graph;

import static io.repfold.graph.Indices.assertElements;
import static io.repfold.graph.Indices.at;
import static io.repfold.graph.Nodes.apply;
import static io.repfold.graph.Nodes.applyAll;
import static io.repfold.graph.Nodes.counting;
import static io.repfold.graph.Nodes.longs;
import static io.repfold.graph.Nodes.scalar;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Ops that move elements, each against the formula that says which element goes where. */
class MovesDefinitionTest {
  private final NdArray x = counting(2, 3, 4, 5);

  @Test
  void an_axis_of_a_transpose_comes_from_where_the_permutation_says() {
    NdArray y = apply(new Op.Transpose(List.of(2, 0, -1, 1)), x);

    assertThat(y.dims()).containsExactly(4, 2, 5, 3);
    assertElements(y, i -> at(x, i[1], i[3], i[0], i[2]));
    assertElements(apply(new Op.Transpose(List.of()), x), i -> at(x, i[3], i[2], i[1], i[0]));
  }

  /** Bounds inside the axis, over both ends and at them; numpy gives the same numbers. */
  @ParameterizedTest
  @CsvSource({
    "1, 4, 1, 3",
    "-3, -1, 1, 2",
    "0, 5, 2, 3",
    "1, 5, 3, 2",
    "4, 0, -1, 4",
    "-1, -6, -2, 3",
    "9, 0, -3, 2",
    "3, 3, 1, 0",
    "0, 4, -1, 0",
    "2, 9223372036854775807, 1, 3",
    "-9223372036854775808, 2, 1, 2",
    "4, -9223372036854775808, -4, 2",
    "0, 5, 9223372036854775807, 1",
    "4, -9, -9223372036854775808, 1"
  })
  void a_slice_steps_from_its_start_to_before_its_end(long start, long end, long step, int count) {
    NdArray y =
        apply(
            new Op.Slice(Optional.empty()),
            x,
            longs(1, start),
            longs(2, end),
            longs(-3, 3),
            longs(1, step));

    assertThat(y.dims()).containsExactly(2, 1, 4, count);
    long first = Math.min(4, Math.max(0, start < 0 ? start + 5 : start));
    assertElements(y, i -> at(x, i[0], 1, i[2], (int) (first + i[3] * step)));
  }

  @ParameterizedTest
  @EnumSource
  void padding_continues_the_axis_by_its_mode(Op.Pad.Mode mode) {
    Op op = new Op.Pad(mode, Optional.empty(), OptionalDouble.empty());
    NdArray y = apply(op, x, longs(2, 7, 3, 1), scalar(ElementType.DOUBLE, -1), longs(1, -1));

    assertThat(y.dims()).containsExactly(2, 8, 4, 13);
    assertElements(
        y,
        i -> {
          int c = source(mode, i[1] - 2, 3);
          int w = source(mode, i[3] - 7, 5);
          return c < 0 || w < 0 ? -1 : at(x, i[0], c, i[2], w);
        });
  }

  /** One step at a time, so that padding longer than the axis goes to and fro. */
  private static int source(Op.Pad.Mode mode, int at, int size) {
    int from = at;
    while (from < 0 || from >= size) {
      switch (mode) {
        case CONSTANT -> {
          return -1;
        }
        case EDGE -> from = from < 0 ? 0 : size - 1;
        case REFLECT -> from = from < 0 ? -from : 2 * (size - 1) - from;
        case WRAP -> from = from < 0 ? from + size : from - size;
      }
    }
    return from;
  }

  @Test
  void a_single_element_is_its_own_reflection() {
    Op op = new Op.Pad(Op.Pad.Mode.REFLECT, Optional.of(List.of(2L, 1L)), OptionalDouble.empty());
    NdArray one = NdArray.of(new double[] {7}, 1);

    assertThat(apply(op, one).data()).containsExactly(7, 7, 7, 7);
  }

  @Test
  void a_tile_repeats_every_axis() {
    NdArray y = apply(new Op.Tile(), x, longs(3, 1, 2, 1));

    assertThat(y.dims()).containsExactly(6, 3, 8, 5);
    assertElements(y, i -> at(x, i[0] % 2, i[1], i[2] % 4, i[3]));
    assertThat(apply(new Op.Tile(), x, longs(1, 0, 1, 1)).dims()).containsExactly(2, 0, 4, 5);
  }

  @Test
  void an_expansion_repeats_what_has_size_one() {
    NdArray small = counting(3, 1, 5);
    NdArray y = apply(new Op.Expand(), small, longs(2, 1, 4, 1));

    assertThat(y.dims()).containsExactly(2, 3, 4, 5);
    assertElements(y, i -> at(small, i[1], 0, i[3]));
  }

  @Test
  void a_gather_puts_the_axes_of_its_indices_in_place_of_the_axis() {
    double[] picks = {2, -3, 1, 0, -1, 2};
    NdArray indices = new NdArray(ElementType.INT64, new int[] {3, 2}, picks);
    NdArray y = apply(new Op.Gather(-3), x, indices);

    assertThat(y.dims()).containsExactly(2, 3, 2, 4, 5);
    assertElements(y, i -> at(x, i[0], ((int) at(indices, i[1], i[2]) + 3) % 3, i[3], i[4]));
  }

  @Test
  void a_scatter_replaces_what_its_indices_name() {
    double[] places = {1, -1, 0, 2};
    NdArray indices = new NdArray(ElementType.INT64, new int[] {2, 2}, places);
    NdArray updates = NdArray.of(counting(2, 4, 5).data(), 2, 4, 5);
    NdArray y = apply(new Op.ScatterND(), x, indices, updates);

    assertElements(y, i -> i[1] != 2 ? at(x, i) : at(updates, i[0] == 1 ? 0 : 1, i[2], i[3]));
  }

  @Test
  void parts_follow_one_another_along_the_axis() {
    NdArray a = counting(2, 1, 3);
    NdArray b = counting(2, 4, 3);
    NdArray c = counting(2, 0, 3);
    NdArray y = apply(new Op.Concat(-2), a, b, c, a);

    assertThat(y.dims()).containsExactly(2, 6, 3);
    assertElements(
        y, i -> i[1] == 0 || i[1] == 5 ? at(a, i[0], 0, i[2]) : at(b, i[0], i[1] - 1, i[2]));
    List<NdArray> parts = applyAll(new Op.Split(-2, Optional.empty()), 4, y, longs(1, 4, 0, 1));
    assertThat(parts.get(1).data()).isEqualTo(b.data());
    assertThat(parts.get(2).dims()).containsExactly(2, 0, 3);
    assertThat(parts.get(3).data()).isEqualTo(a.data());
  }

  /** 10 in 4 parts of 3, of which the last has 1. */
  @Test
  void equal_parts_are_rounded_up() {
    List<NdArray> parts = applyAll(new Op.Split(0, Optional.empty()), 4, counting(10));

    assertThat(parts.stream().map(p -> p.dim(0))).containsExactly(3, 3, 3, 1);
    assertThat(parts.get(3).data()).containsExactly(9);
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void blocks_of_depth_become_pixels(boolean columnRowDepth) {
    NdArray deep = counting(2, 12, 2, 3);
    NdArray y = apply(new Op.DepthToSpace(2, columnRowDepth), deep);

    assertThat(y.dims()).containsExactly(2, 3, 4, 6);
    assertElements(
        y,
        i -> {
          int place = i[2] % 2 * 2 + i[3] % 2;
          int channel = columnRowDepth ? i[1] * 4 + place : place * 3 + i[1];
          return at(deep, i[0], channel, i[2] / 2, i[3] / 2);
        });
    if (!columnRowDepth) {
      assertThat(apply(new Op.SpaceToDepth(2), y).data()).isEqualTo(deep.data());
    }
  }

  @Test
  void a_range_counts_from_its_start_to_before_its_limit() {
    Op range = new Op.Range();
    NdArray y = apply(range, real(0.5), real(-1), real(-0.4));

    assertThat(y.dims()).containsExactly(4);
    assertElements(y, i -> 0.5 - i[0] * 0.4);
    assertThat(apply(range, real(0), real(1), real(-1)).data()).isEmpty();
    assertThat(apply(range, real(2), real(5), real(3)).data()).containsExactly(2);
  }

  private static NdArray real(double value) {
    return scalar(ElementType.DOUBLE, value);
  }
}
