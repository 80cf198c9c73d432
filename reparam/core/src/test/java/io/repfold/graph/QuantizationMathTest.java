package io.repfold.graph;

import static io.repfold.graph.Nodes.apply;
import static io.repfold.graph.Nodes.scalar;
import static io.repfold.graph.Nodes.vector;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class QuantizationMathTest {
  private static final Op QUANTIZE = new Op.QuantizeLinear(1, Optional.empty());
  private static final Op DEQUANTIZE = new Op.DequantizeLinear(1, Optional.empty());

  private static NdArray of(ElementType type, double... values) {
    return new NdArray(type, new int[] {values.length}, values);
  }

  @Test
  void halves_round_to_the_even_integer() {
    NdArray y = apply(QUANTIZE, vector(0.5, 1.5, 2.5, -0.5, -1.5), scalar(ElementType.FLOAT, 1));

    assertThat(y.type()).isEqualTo(ElementType.UINT8);
    assertThat(y.data()).containsExactly(0, 2, 2, 0, 0);
  }

  @Test
  void rounding_comes_before_the_zero_point() {
    NdArray y =
        apply(
            QUANTIZE, vector(0.5, 1.5), scalar(ElementType.FLOAT, 1), scalar(ElementType.INT8, 1));

    assertThat(y.data()).as("round(0.5) + 1, not round(1.5)").containsExactly(1, 3);
  }

  @Test
  void each_type_saturates_at_its_own_ends() {
    NdArray x = vector(-1e9, 1e9, Double.POSITIVE_INFINITY, Double.NaN);
    NdArray scale = scalar(ElementType.FLOAT, 0.5);

    assertThat(apply(QUANTIZE, x, scale, scalar(ElementType.INT8, 3)).data())
        .containsExactly(-128, 127, 127, 3);
    assertThat(apply(QUANTIZE, x, scale, scalar(ElementType.UINT8, 3)).data())
        .containsExactly(0, 255, 255, 3);
    assertThat(apply(QUANTIZE, x, scale, scalar(ElementType.INT16, 3)).data())
        .containsExactly(-32768, 32767, 32767, 3);
    assertThat(apply(QUANTIZE, x, scale, scalar(ElementType.UINT16, 3)).data())
        .containsExactly(0, 65535, 65535, 3);
    assertThatThrownBy(() -> apply(QUANTIZE, x, scale, scalar(ElementType.INT32, 0)))
        .hasMessageContaining("quantizing to INT32 is not modeled");
  }

  @Test
  void each_index_of_the_axis_has_its_scale_and_zero_point() {
    NdArray x = NdArray.of(new double[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 2, 2);
    NdArray scales = of(ElementType.FLOAT, 1, 0.5);
    NdArray zeros = of(ElementType.INT8, 0, 10);

    NdArray y = apply(QUANTIZE, x, scales, zeros);

    assertThat(y.data()).containsExactly(1, 2, 16, 18, 5, 6, 24, 26);
    assertThat(apply(DEQUANTIZE, y, scales, zeros).data()).containsExactly(x.data());
    assertThat(apply(new Op.QuantizeLinear(0, Optional.empty()), x, scales, zeros).data())
        .containsExactly(1, 2, 3, 4, 20, 22, 24, 26);
    assertThat(apply(new Op.QuantizeLinear(-1, Optional.empty()), x, scales, zeros).data())
        .containsExactly(1, 14, 3, 18, 5, 22, 7, 26);
  }

  @Test
  void types_follow_the_scale_the_zero_point_or_the_attribute() {
    NdArray sum = of(ElementType.INT32, -7, 9);

    NdArray y = apply(DEQUANTIZE, sum, scalar(ElementType.FLOAT16, 0.25));

    assertThat(y.type()).isEqualTo(ElementType.FLOAT16);
    assertThat(y.data()).containsExactly(-1.75, 2.25);
    Op toInt8 = new Op.QuantizeLinear(1, Optional.of(ElementType.INT8));
    assertThat(apply(toInt8, vector(-300), scalar(ElementType.FLOAT, 1)).data())
        .containsExactly(-128);
    Op toDouble = new Op.DequantizeLinear(1, Optional.of(ElementType.DOUBLE));
    assertThat(apply(toDouble, sum, scalar(ElementType.FLOAT, 1)).type())
        .isEqualTo(ElementType.DOUBLE);
  }

  @Test
  void scales_that_do_not_fit_are_refused() {
    NdArray x = NdArray.of(new double[6], 1, 3, 2);
    NdArray two = of(ElementType.FLOAT, 1, 1);

    assertThatThrownBy(() -> apply(QUANTIZE, x, two))
        .hasMessageContaining("scale FLOAT[2] does not fit to axis 1 of DOUBLE[1, 3, 2]");
    assertThatThrownBy(() -> apply(QUANTIZE, x, two, scalar(ElementType.INT8, 0)))
        .hasMessageContaining("2 scales do not fit to 1 zero points");
  }

  @Test
  void shapes_and_types_are_inferred() {
    Graph graph =
        new Graph.Builder("g")
            .input(Value.float32("x", 1, 3, 2, 2))
            .initializer("s", Tensor.ofFloats(new float[] {1, 2, 3}, 3))
            .initializer("z", Tensor.ofDoubles(ElementType.INT8, new double[3], 3))
            .node(QUANTIZE, List.of("x", "s", "z"), "q")
            .node(DEQUANTIZE, List.of("q", "s", "z"), "y")
            .output(new Value("y", Optional.empty(), Optional.empty()))
            .build();

    var types = ShapeInference.infer(graph);

    assertThat(types.get("q")).hasToString("q: INT8[1, 3, 2, 2]");
    assertThat(types.get("y")).hasToString("y: FLOAT[1, 3, 2, 2]");
    Graph wrong =
        graph.toBuilder()
            .replaceNodes(
                List.of(
                    new Node(
                        "n",
                        new Op.QuantizeLinear(2, Optional.empty()),
                        List.of("x", "s", "z"),
                        List.of("y"))))
            .build();
    assertThatThrownBy(() -> ShapeInference.infer(wrong))
        .hasMessageContaining("'n'")
        .hasMessageContaining("scale of shape [3] does not fit to axis 2 of [1, 3, 2, 2]");
  }

  @Test
  void a_pair_moves_no_number_by_more_than_half_a_step() {
    double[] values = new double[1001];
    Arrays.setAll(values, i -> (i - 500) / 499.0);
    NdArray scale = scalar(ElementType.FLOAT, 1 / 127.0);
    NdArray zero = scalar(ElementType.INT8, 0);

    NdArray back = apply(DEQUANTIZE, apply(QUANTIZE, vector(values), scale, zero), scale, zero);

    for (int i = 0; i < values.length; i++) {
      assertThat(back.data()[i]).isBetween(values[i] - 0.5001 / 127, values[i] + 0.5001 / 127);
    }
  }
}
