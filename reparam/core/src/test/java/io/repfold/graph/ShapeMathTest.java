package io.repfold.graph;

import static io.repfold.graph.Nodes.apply;
import static io.repfold.graph.Nodes.applyAll;
import static io.repfold.graph.Nodes.counting;
import static io.repfold.graph.Nodes.longs;
import static io.repfold.graph.Nodes.scalar;
import static io.repfold.graph.Nodes.vector;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ShapeMathTest {
  private static final Op.Slice SLICE = new Op.Slice(Optional.empty());

  @Test
  void reshape_copies_zeros_and_infers_minus_one() {
    NdArray x = counting(2, 3, 4);

    assertThat(apply(new Op.Reshape(false), x, longs(0, -1)).dims()).containsExactly(2, 12);
    assertThat(apply(new Op.Reshape(true), counting(0, 3), longs(3, 0)).dims())
        .containsExactly(3, 0);
    assertThatThrownBy(() -> apply(new Op.Reshape(false), x, longs(5, -1)))
        .hasMessage(
            "Reshape 'n', inputs (DOUBLE[2, 3, 4] INT64[2]): cannot reshape DOUBLE[2, 3, 4]"
                + " to [5, -1]");
    assertThatThrownBy(() -> apply(new Op.Reshape(false), x, longs(-1, -1)))
        .hasMessageContaining("more than one -1");
  }

  @Test
  void axes_come_and_go() {
    NdArray x = counting(1, 3, 1);

    assertThat(apply(new Op.Squeeze(Optional.empty()), x).dims()).containsExactly(3);
    assertThat(apply(new Op.Squeeze(Optional.of(List.of(-1))), x).dims()).containsExactly(1, 3);
    assertThat(apply(new Op.Squeeze(Optional.empty()), x, longs(0)).dims()).containsExactly(3, 1);
    assertThat(apply(new Op.Unsqueeze(Optional.empty()), x, longs(0, -1)).dims())
        .containsExactly(1, 1, 3, 1, 1);
    assertThat(apply(new Op.Flatten(2), counting(2, 3, 4)).dims()).containsExactly(6, 4);
    assertThat(apply(new Op.Flatten(0), counting(2, 3)).dims()).containsExactly(1, 6);
    assertThatThrownBy(() -> apply(new Op.Squeeze(Optional.of(List.of(1))), x))
        .hasMessageContaining("its size is not 1");
  }

  @Test
  void transpose_permutes_or_reverses() {
    NdArray x = counting(2, 3);

    assertThat(apply(new Op.Transpose(List.of()), x).data()).containsExactly(0, 3, 1, 4, 2, 5);
    assertThat(apply(new Op.Transpose(List.of(2, 0, 1)), counting(2, 1, 3)).dims())
        .containsExactly(3, 2, 1);
    assertThatThrownBy(() -> apply(new Op.Transpose(List.of(0, 0)), x))
        .hasMessageContaining("axis 0 is named twice");
  }

  @Test
  void slices_go_both_ways_and_are_clamped() {
    NdArray x = counting(5);

    assertThat(sliced(x, 1, 4, 2)).containsExactly(1, 3);
    assertThat(sliced(x, -2, Long.MAX_VALUE, 1)).containsExactly(3, 4);
    assertThat(sliced(x, Long.MAX_VALUE, Long.MIN_VALUE, -2)).containsExactly(4, 2, 0);
    assertThat(sliced(x, -1, -4, -1)).containsExactly(4, 3, 2);
    assertThat(sliced(x, 3, 1, 1)).isEmpty();
    assertThat(sliced(x, -99, 2, 1)).containsExactly(0, 1);
    assertThat(sliced(x, 0, 5, Long.MAX_VALUE)).containsExactly(0);
    assertThatThrownBy(() -> sliced(x, 0, 5, 0)).hasMessageContaining("a step of 0");
  }

  private static double[] sliced(NdArray x, long start, long end, long step) {
    return apply(SLICE, x, longs(start), longs(end), longs(0), longs(step)).data();
  }

  @Test
  void a_slice_of_an_old_opset_has_attributes() {
    var bounds = new Op.Slice.Bounds(List.of(1L), List.of(-1L), List.of(-1));

    assertThat(apply(new Op.Slice(Optional.of(bounds)), counting(2, 4)).data())
        .containsExactly(1, 2, 5, 6);
  }

  @Test
  void splits_are_given_or_equal() {
    NdArray x = counting(2, 5);

    var equal = applyAll(new Op.Split(1, Optional.empty()), 2, x);
    assertThat(equal.get(0).data()).containsExactly(0, 1, 2, 5, 6, 7);
    assertThat(equal.get(1).dims()).containsExactly(2, 2);
    var given = applyAll(new Op.Split(-1, Optional.empty()), 2, x, longs(1, 4));
    assertThat(given.get(0).data()).containsExactly(0, 5);
    assertThatThrownBy(() -> applyAll(new Op.Split(1, Optional.of(List.of(1L, 2L))), 2, x))
        .hasMessageContaining("leave out elements of axis 1, which has 5");
  }

  @Test
  void concat_joins_along_its_axis() {
    NdArray y = apply(new Op.Concat(-1), counting(2, 1), counting(2, 2));

    assertThat(y.data()).containsExactly(0, 0, 1, 1, 2, 3);
    assertThatThrownBy(() -> apply(new Op.Concat(1), counting(2, 1), counting(3, 1)))
        .hasMessageContaining("cannot join DOUBLE[2, 1] and DOUBLE[3, 1] on axis 1");
  }

  @Test
  void expand_and_tile_repeat() {
    assertThat(apply(new Op.Expand(), counting(2, 1), longs(2, 1, 3)).dims())
        .containsExactly(2, 2, 3);
    assertThat(apply(new Op.Expand(), counting(2, 1), longs(1, 2)).data())
        .containsExactly(0, 0, 1, 1);
    assertThat(apply(new Op.Tile(), counting(1, 2), longs(2, 2)).data())
        .containsExactly(0, 1, 0, 1, 0, 1, 0, 1);
  }

  @Test
  void padding_has_four_modes() {
    assertThat(padded(Op.Pad.Mode.CONSTANT, 2, 1)).containsExactly(9, 9, 0, 1, 2, 9);
    assertThat(padded(Op.Pad.Mode.REFLECT, 2, 1)).containsExactly(2, 1, 0, 1, 2, 1);
    assertThat(padded(Op.Pad.Mode.EDGE, 2, 1)).containsExactly(0, 0, 0, 1, 2, 2);
    assertThat(padded(Op.Pad.Mode.WRAP, 2, 1)).containsExactly(1, 2, 0, 1, 2, 0);
    assertThat(padded(Op.Pad.Mode.CONSTANT, -1, 2)).containsExactly(1, 2, 9, 9);
    assertThat(padded(Op.Pad.Mode.REFLECT, 1, -1)).containsExactly(1, 0, 1);
    assertThatThrownBy(() -> padded(Op.Pad.Mode.CONSTANT, -2, -2))
        .hasMessageContaining("crop more than the 3 elements");
  }

  private static double[] padded(Op.Pad.Mode mode, long begin, long end) {
    var op = new Op.Pad(mode, Optional.empty(), OptionalDouble.empty());
    return apply(op, counting(3), longs(begin, end), scalar(ElementType.DOUBLE, 9)).data();
  }

  @Test
  void padding_takes_axes() {
    var op = new Op.Pad(Op.Pad.Mode.CONSTANT, Optional.empty(), OptionalDouble.empty());

    assertThat(apply(op, counting(2, 2), longs(1, 0), null, longs(-1)).data())
        .containsExactly(0, 0, 1, 0, 2, 3);
  }

  @Test
  void blocks_move_between_depth_and_space() {
    NdArray x = counting(1, 8, 1, 1);

    assertThat(apply(new Op.DepthToSpace(2, false), x).data())
        .containsExactly(0, 2, 4, 6, 1, 3, 5, 7);
    assertThat(apply(new Op.DepthToSpace(2, true), x).data())
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    assertThat(apply(new Op.SpaceToDepth(2), apply(new Op.DepthToSpace(2, false), x)).data())
        .isEqualTo(x.data());
    assertThatThrownBy(() -> apply(new Op.DepthToSpace(3, false), x))
        .hasMessageContaining("8 channels are no multiple of the squared block size 3");
  }

  @Test
  void gather_reads_along_an_axis() {
    NdArray x = counting(2, 3);
    NdArray indices = new NdArray(ElementType.INT64, new int[] {1, 2}, new double[] {-1, 0});

    NdArray y = apply(new Op.Gather(1), x, indices);

    assertThat(y.dims()).containsExactly(2, 1, 2);
    assertThat(y.data()).containsExactly(2, 0, 5, 3);
    assertThat(apply(new Op.Gather(0), x, scalar(ElementType.INT64, 1)).dims()).containsExactly(3);
    assertThatThrownBy(() -> apply(new Op.Gather(0), x, longs(2)))
        .hasMessageContaining("index 2 lies outside the 2 of DOUBLE[2, 3]");
  }

  @Test
  void scatter_replaces_slices() {
    NdArray indices = new NdArray(ElementType.INT64, new int[] {1, 1}, new double[] {-1});

    NdArray x = counting(2, 2);
    assertThat(apply(new Op.ScatterND(), x, indices, NdArray.of(new double[] {7, 8}, 1, 2)).data())
        .containsExactly(0, 1, 7, 8);
    assertThat(x.data()).containsExactly(0, 1, 2, 3);
  }

  @Test
  void shapes_are_values() {
    NdArray x = counting(2, 3, 4);

    assertThat(apply(new Op.ShapeOf(0, Optional.empty()), x).data()).containsExactly(2, 3, 4);
    assertThat(apply(new Op.ShapeOf(-2, Optional.of(-1)), x).data()).containsExactly(3);
    assertThat(apply(new Op.Size(), x).data()).containsExactly(24);
    assertThat(apply(new Op.ConstantOfShape(Tensor.ofLongs(new long[] {5}, 1)), longs(2)).data())
        .containsExactly(5, 5);
    Op range = new Op.Range();
    assertThat(apply(range, vector(1), vector(4), vector(2)).data()).containsExactly(1, 3);
    assertThat(apply(range, vector(1), vector(-1), vector(-1)).data()).containsExactly(1, 0);
    assertThat(apply(range, vector(1), vector(1), vector(1)).data()).isEmpty();
  }

  @Test
  void a_shape_too_large_for_memory_is_refused_before_it_is_taken() {
    Op op = new Op.ConstantOfShape(Tensor.ofLongs(new long[] {5}, 1));

    assertThatThrownBy(() -> apply(op, longs(1 << 20, 1 << 20)))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessageContaining("more elements than the interpreter can hold");
  }
}
