package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.kit.Values;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MultiplyAddsTest {
  private static final Window STRIDE_TWO = Window.of(List.of(2, 2), List.of(1, 1), List.of());

  @Test
  void a_convolution_takes_its_kernel_for_each_output() {
    Graph graph =
        graph(new Op.Conv(STRIDE_TWO, 2), Value.float32("x", 1, 4, 9, 7), "w", floats(6, 2, 3, 3));

    assertThat(MultiplyAdds.of(graph).byValue()).containsExactly(Map.entry("y", 6L * 4 * 3 * 18));
  }

  @Test
  void a_transposed_convolution_takes_its_kernel_for_each_input() {
    Graph graph =
        graph(
            new Op.ConvTranspose(STRIDE_TWO, 1, List.of(), List.of()),
            Value.float32("x", 1, 4, 5, 3),
            "w",
            floats(4, 6, 2, 2));

    assertThat(MultiplyAdds.of(graph).total()).isEqualTo(4 * 5 * 3 * 6 * 4);
  }

  @Test
  void a_gemm_and_a_product_take_the_inner_size_for_each_output() {
    Graph gemm = graph(new Op.Gemm(1, 1, true, true), Value.float32("x", 5, 2), "w", floats(3, 5));
    Graph product = graph(new Op.MatMul(), Value.float32("x", 7, 2, 5), "w", floats(5, 3));

    assertThat(MultiplyAdds.of(gemm).total()).isEqualTo(2 * 3 * 5);
    assertThat(MultiplyAdds.of(product).total()).isEqualTo(7 * 2 * 3 * 5);
  }

  @Test
  void what_depends_on_an_open_size_is_named_until_the_size_is_given() {
    Shape open = new Shape(List.of(Dim.of(1), Dim.of(4), new Dim.Symbol("H"), Dim.of(7)));
    Graph graph =
        graph(
            new Op.Conv(STRIDE_TWO, 2),
            Value.of("x", ElementType.FLOAT, open),
            "w",
            floats(6, 2, 3, 3));

    assertThat(MultiplyAdds.of(graph).unknown()).containsExactly("Conv 'y'");
    assertThat(MultiplyAdds.of(graph).total()).isZero();
    Graph fixed = FixedShapes.fix(graph, Map.of("x", new long[] {1, 4, 9, 7}));
    assertThat(MultiplyAdds.of(fixed).total()).isEqualTo(6L * 4 * 3 * 18);
  }

  private static Graph graph(Op op, Value input, String weightName, Tensor weight) {
    return new Graph.Builder("g")
        .input(input)
        .initializer(weightName, weight)
        .node(op, List.of(input.name(), weightName), "y")
        .output(Values.float32("y"))
        .build();
  }

  private static Tensor floats(long... dims) {
    return Tensor.ofFloats(new float[(int) Tensor.count(dims)], dims);
  }
}
