package io.repfold.graph;

import static io.repfold.graph.Nodes.apply;
import static io.repfold.graph.Nodes.applyAll;
import static io.repfold.graph.Nodes.counting;
import static io.repfold.graph.Nodes.longs;
import static io.repfold.graph.Nodes.vector;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PoolingMathTest {
  private static Window line(int stride, int dilation, int begin, int end) {
    return Window.of(List.of(stride), List.of(dilation), List.of(begin, end));
  }

  private static NdArray row(double... values) {
    return NdArray.of(values, 1, 1, values.length);
  }

  @Test
  void padding_counts_only_if_it_is_included() {
    NdArray x = row(2, 4, 6);
    Window padded = line(1, 1, 1, 1);

    assertThat(apply(new Op.AveragePool(List.of(3), padded, false, true), x).data())
        .containsExactly(2, 4, 10 / 3.0);
    assertThat(apply(new Op.AveragePool(List.of(3), padded, false, false), x).data())
        .containsExactly(3, 4, 5);
  }

  @Test
  void rounding_up_adds_a_partial_window_that_counts_what_it_covers() {
    NdArray x = row(1, 2, 3, 5);

    assertThat(apply(new Op.AveragePool(List.of(3), line(2, 1, 0, 0), true, true), x).data())
        .containsExactly(2, 4);
    assertThat(apply(new Op.AveragePool(List.of(3), line(2, 1, 0, 0), false, true), x).data())
        .containsExactly(2);
    // The third window would start in the end padding.
    assertThat(apply(new Op.AveragePool(List.of(1), line(3, 1, 0, 1), true, true), x).data())
        .containsExactly(1, 5);
    assertThat(apply(new Op.AveragePool(List.of(2), line(3, 1, 0, 2), true, false), x).data())
        .containsExactly(1.5, 5);
  }

  @Test
  void an_average_can_be_dilated() {
    assertThat(
            apply(new Op.AveragePool(List.of(2), line(1, 2, 0, 1), false, true), row(1, 2, 3, 4))
                .data())
        .containsExactly(2, 3, 1.5);
  }

  @Test
  void padding_is_never_the_maximum() {
    var outputs =
        applyAll(new Op.MaxPool(List.of(3), line(2, 1, 1, 1), false, false), 2, row(-5, -7, -6));

    assertThat(outputs.get(0).data()).containsExactly(-5, -6);
    assertThat(outputs.get(1).data()).containsExactly(0, 2);
  }

  @Test
  void indices_count_over_the_whole_input_in_either_order() {
    NdArray x = NdArray.of(new double[] {0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8}, 1, 2, 2, 3);
    Window plain = Window.DEFAULT;
    List<Integer> whole = List.of(2, 3);

    assertThat(applyAll(new Op.MaxPool(whole, plain, false, false), 2, x).get(1).data())
        .containsExactly(1, 11);
    assertThat(applyAll(new Op.MaxPool(whole, plain, false, true), 2, x).get(1).data())
        .containsExactly(2, 11);
  }

  @Test
  void unpooling_puts_the_maxima_back() {
    NdArray x = row(5, 6);
    NdArray indices = NdArray.of(new double[] {1, 2}, 1, 1, 2);
    var op = new Op.MaxUnpool(List.of(2), line(2, 1, 0, 0));

    assertThat(apply(op, x, indices).data()).containsExactly(0, 5, 6, 0);
    assertThat(apply(op, x, indices, longs(1, 1, 6)).data()).containsExactly(0, 5, 6, 0, 0, 0);
    assertThatThrownBy(() -> apply(op, x, NdArray.of(new double[] {1, 9}, 1, 1, 2)))
        .hasMessageContaining("index 9 lies outside");
  }

  @Test
  void a_global_average_keeps_the_axes() {
    NdArray y = apply(new Op.GlobalAveragePool(), counting(2, 2, 2, 3));

    assertThat(y.dims()).containsExactly(2, 2, 1, 1);
    assertThat(y.data()).containsExactly(2.5, 8.5, 14.5, 20.5);
  }

  @Test
  void batch_normalization_at_inference_uses_the_given_statistics() {
    NdArray x = NdArray.of(new double[] {1, 2, 3, 4}, 1, 2, 2);
    var op = new Op.BatchNormalization(0.25f, 0.9f, false);

    NdArray y = apply(op, x, vector(2, -1), vector(1, 0), vector(1, 3), vector(0.75, 3.75));

    assertThat(y.data()).containsExactly(1, 3, 0, -0.5);
  }

  @Test
  void batch_normalization_in_training_uses_the_statistics_of_the_batch() {
    NdArray x = NdArray.of(new double[] {1, 3, 5, 7}, 2, 1, 2);
    var op = new Op.BatchNormalization(0, 0.75f, true);

    List<NdArray> outputs =
        applyAll(op, 3, x, vector(Math.sqrt(5)), vector(1), vector(8), vector(1));

    assertThat(outputs.get(0).data())
        .usingComparatorWithPrecision(1e-12)
        .containsExactly(-2, 0, 2, 4);
    assertThat(outputs.get(1).data()).containsExactly(7);
    assertThat(outputs.get(2).data()).containsExactly(2);
  }
}
