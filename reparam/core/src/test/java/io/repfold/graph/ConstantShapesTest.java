package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What depends on constants alone is computed where it decides a shape, and only there. */
class ConstantShapesTest {
  private final Graph.Builder graph = new Graph.Builder("g");

  private Map<String, Value> inferred() {
    return ShapeInference.infer(graph.build());
  }

  private void fill(String sizes) {
    graph.node(new Op.ConstantOfShape(Tensor.ofFloats(new float[1], 1)), List.of(sizes), "filled");
  }

  @Test
  void a_computation_on_constants_decides_a_shape() {
    graph
        .initializer("a", Tensor.ofDoubles(ElementType.FLOAT, new double[] {1.5, -2.25}, 2))
        .node(new Op.Unary(Op.Unary.Function.ABS), List.of("a"), "b")
        .node(new Op.Unary(Op.Unary.Function.CEIL), List.of("b"), "c")
        .node(new Op.Cast(ElementType.INT64), List.of("c"), "d");
    fill("d");
    assertThat(inferred().get("filled")).hasToString("filled: FLOAT[2, 3]");
  }

  /** 10 * 0.7f is 6.9999998807907104 as a double and 7 as a float. */
  @Test
  void a_product_of_floats_is_rounded_before_it_is_cut_off() {
    graph
        .initializer("ten", Tensor.ofFloats(new float[] {10}, 1))
        .initializer("factor", Tensor.ofFloats(new float[] {0.7f}, 1))
        .node(new Op.Binary(Op.Binary.Function.MUL), List.of("ten", "factor"), "product")
        .node(new Op.Unary(Op.Unary.Function.FLOOR), List.of("product"), "whole")
        .node(new Op.Cast(ElementType.INT64), List.of("whole"), "size");
    fill("size");
    assertThat(inferred().get("filled")).hasToString("filled: FLOAT[7]");
  }

  @Test
  void what_cannot_be_computed_here_has_a_shape_all_the_same() {
    Op toText = new Op.Cast(ElementType.STRING);
    Op toFloat8 = new Op.QuantizeLinear(0, Optional.of(ElementType.FLOAT8E4M3FN));
    graph
        .initializer("a", Tensor.ofFloats(new float[] {1, 2}, 2))
        .initializer("scale", Tensor.ofFloats(new float[] {0.5f}))
        .node(toText, List.of("a"), "text")
        .node(toFloat8, List.of("a", "scale"), "narrow");
    assertThat(inferred().get("text")).hasToString("text: STRING[2]");
    assertThat(inferred().get("narrow")).hasToString("narrow: FLOAT8E4M3FN[2]");
  }

  @Test
  void a_mistake_in_constants_is_found() {
    graph
        .initializer("a", Tensor.ofLongs(new long[] {1}, 1))
        .initializer("zero", Tensor.ofLongs(new long[] {0}, 1))
        .node(new Op.Binary(Op.Binary.Function.DIV), List.of("a", "zero"), "q");
    assertThatThrownBy(this::inferred)
        .isInstanceOf(InvalidGraphException.class)
        .hasMessage("Div 'q', inputs (INT64[1] INT64[1]): integer division by zero");
  }

  @Test
  void an_input_that_may_be_overridden_is_no_constant() {
    graph
        .input(Value.of("size", ElementType.INT64, Shape.of(1)))
        .initializer("size", Tensor.ofLongs(new long[] {3}, 1));
    fill("size");
    assertThat(inferred().get("filled")).hasToString("filled: FLOAT[filled[0]]");
  }

  /** Weights are not read for shapes. */
  @Test
  void a_large_constant_is_not_computed() {
    int size = Fact.MOST_ELEMENTS + 1;
    graph
        .initializer("few", Tensor.ofLongs(new long[] {2}, 1))
        .initializer("many", Tensor.ofLongs(new long[size], size))
        .node(new Op.Gather(0), List.of("many", "few"), "picked");
    fill("picked");
    assertThat(inferred().get("filled")).hasToString("filled: FLOAT[filled[0]]");
  }

  @Test
  void a_node_without_inputs_is_known_by_its_constant_alone() {
    graph.node(new Op.Constant(Tensor.ofLongs(new long[] {4, 5}, 2)), List.of(), "sizes");
    fill("sizes");
    assertThat(inferred().get("filled")).hasToString("filled: FLOAT[4, 5]");
  }
}
