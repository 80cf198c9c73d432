package io.repfold.graph;

import static io.repfold.graph.Nodes.apply;
import static io.repfold.graph.Nodes.counting;
import static io.repfold.graph.Nodes.vector;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MatrixMathTest {
  @Test
  void leading_axes_broadcast() {
    NdArray y = apply(new Op.MatMul(), counting(2, 1, 1, 2), counting(3, 2, 1));

    assertThat(y.dims()).containsExactly(2, 3, 1, 1);
    assertThat(y.data()).containsExactly(1, 3, 5, 3, 13, 23);
  }

  @Test
  void vectors_are_promoted_and_their_axis_goes_again() {
    NdArray matrix = counting(2, 3);

    assertThat(apply(new Op.MatMul(), vector(1, 10), matrix).dims()).containsExactly(3);
    assertThat(apply(new Op.MatMul(), vector(1, 10), matrix).data()).containsExactly(30, 41, 52);
    assertThat(apply(new Op.MatMul(), matrix, vector(1, 10, 100)).data()).containsExactly(210, 543);
    assertThat(apply(new Op.MatMul(), vector(1, 2), vector(3, 4)).dims()).isEmpty();
    assertThatThrownBy(() -> apply(new Op.MatMul(), matrix, matrix))
        .hasMessageContaining("3 columns against 2 rows");
  }

  @Test
  void gemm_transposes_scales_and_adds() {
    NdArray a = counting(2, 3);
    NdArray b = counting(2, 2);

    NdArray y = apply(new Op.Gemm(2, 10, true, false), a, b, vector(1, 2));

    assertThat(y.dims()).containsExactly(3, 2);
    assertThat(y.data()).containsExactly(22, 38, 26, 46, 30, 54);
    assertThat(apply(new Op.Gemm(1, 1, false, true), b, b).data()).containsExactly(1, 3, 3, 13);
  }

  @Test
  void reductions_keep_or_drop_their_axes() {
    NdArray x = NdArray.of(new double[] {1, 2, 3, 4, 5, -6}, 2, 3);

    assertThat(reduce(Op.Reduce.Function.MEAN, x, true, 1).dims()).containsExactly(2, 1);
    assertThat(reduce(Op.Reduce.Function.MEAN, x, true, 1).data()).containsExactly(2, 1);
    assertThat(reduce(Op.Reduce.Function.SUM, x, false, -2).dims()).containsExactly(3);
    assertThat(reduce(Op.Reduce.Function.SUM, x, false, -2).data()).containsExactly(5, 7, -3);
    assertThat(reduce(Op.Reduce.Function.MAX, x, false, 0, 1).data()).containsExactly(5);
    assertThat(reduce(Op.Reduce.Function.MIN, x, false).data()).containsExactly(-6);
    assertThat(reduce(Op.Reduce.Function.PROD, x, false, 1).data()).containsExactly(6, -120);
  }

  @Test
  void a_reduction_without_axes_is_over_all_or_none() {
    var none = Optional.<List<Integer>>empty();
    NdArray x = counting(2, 2);

    assertThat(apply(new Op.Reduce(Op.Reduce.Function.SUM, none, false, false), x).data())
        .containsExactly(6);
    assertThat(apply(new Op.Reduce(Op.Reduce.Function.SUM, none, false, true), x)).isSameAs(x);
    assertThat(
            apply(new Op.Reduce(Op.Reduce.Function.SUM, none, false, true), x, Nodes.longs(0))
                .data())
        .containsExactly(2, 4);
  }

  private static NdArray reduce(
      Op.Reduce.Function function, NdArray x, boolean keepsDims, Integer... axes) {
    return apply(new Op.Reduce(function, Optional.of(List.of(axes)), keepsDims, false), x);
  }

  @Test
  void arg_max_takes_the_first_or_the_last_of_equals() {
    NdArray x = NdArray.of(new double[] {3, 1, 3, 0, 2, 2}, 2, 3);

    assertThat(apply(new Op.ArgMax(1, true, false), x).data()).containsExactly(0, 1);
    assertThat(apply(new Op.ArgMax(1, false, true), x).data()).containsExactly(2, 2);
    assertThat(apply(new Op.ArgMax(0, false, false), x).dims()).containsExactly(3);
  }
}
