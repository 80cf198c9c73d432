package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Integer computations on shapes, seen in the shape that they end in. */
class SizeRulesTest {
  private final Graph.Builder graph =
      new Graph.Builder("g")
          .input(
              Value.of(
                  "x",
                  ElementType.FLOAT,
                  new Shape(List.of(new Dim.Symbol("N"), Dim.of(6), new Dim.Symbol("H")))));

  private SizeRulesTest() {
    node("shape", new Op.ShapeOf(0, Optional.empty()), "x");
    longs("two", 2);
    longs("three", 3);
    node("n", new Op.ShapeOf(0, Optional.of(1)), "x");
    node("c", new Op.ShapeOf(1, Optional.of(2)), "x");
    node("h", new Op.ShapeOf(-1, Optional.empty()), "x");
  }

  private void longs(String name, long... values) {
    graph.initializer(name, Tensor.ofLongs(values, values.length));
  }

  private String node(String name, Op op, String... inputs) {
    graph.node(op, List.of(inputs), name);
    return name;
  }

  private String binary(String name, Op.Binary.Function function, String a, String b) {
    return node(name, new Op.Binary(function), a, b);
  }

  /** The dimensions of a fill of the computed shape. */
  private String filled(String sizes) {
    node("filled", new Op.ConstantOfShape(Tensor.ofFloats(new float[1], 1)), sizes);
    return ShapeInference.infer(graph.build())
        .get("filled")
        .shape()
        .map(Shape::toString)
        .orElse("[...]");
  }

  @Test
  void sizes_are_added_multiplied_and_divided() {
    binary("sum", Op.Binary.Function.ADD, "shape", "three");
    assertThat(filled("sum")).isEqualTo("[N+3, 9, H+3]");
  }

  @Test
  void a_single_size_meets_each() {
    binary("product", Op.Binary.Function.MUL, "h", "shape");
    assertThat(filled("product")).isEqualTo("[H*N, 6*H, H*H]");
  }

  @Test
  void differences_may_vanish() {
    binary("difference", Op.Binary.Function.SUB, "shape", "n");
    node("inner", new Op.Slice(Optional.of(bounds(0, 1))), "difference");
    assertThat(filled("inner")).isEqualTo("[0]");
  }

  private static Op.Slice.Bounds bounds(long start, long end) {
    return new Op.Slice.Bounds(List.of(start), List.of(end), List.of(0));
  }

  @Test
  void a_quotient_of_sizes_is_rounded_down() {
    binary("halves", Op.Binary.Function.DIV, "shape", "two");
    assertThat(filled("halves")).isEqualTo("[floor(N/2), 3, floor(H/2)]");
  }

  /** Integer division truncates: (H - 3) / 2 is 0 for 2, not -1. */
  @Test
  void a_quotient_of_what_may_be_negative_is_not_known() {
    binary("less", Op.Binary.Function.SUB, "h", "three");
    binary("half", Op.Binary.Function.DIV, "less", "two");
    assertThat(filled("half")).isEqualTo("[filled[0]]");
  }

  @Test
  void a_quotient_by_a_size_is_not_known() {
    binary("ratio", Op.Binary.Function.DIV, "shape", "h");
    assertThat(filled("ratio")).isEqualTo("[filled[0], filled[1], filled[2]]");
  }

  /** As reals, H / 2 is no whole number. */
  @Test
  void a_real_quotient_is_known_only_where_it_is_whole() {
    node("real", new Op.Cast(ElementType.FLOAT), "shape");
    graph.initializer("half", Tensor.ofFloats(new float[] {2}, 1));
    binary("quotient", Op.Binary.Function.DIV, "real", "half");
    node("whole", new Op.Cast(ElementType.INT64), "quotient");
    assertThat(filled("whole")).isEqualTo("[filled[0], 3, filled[2]]");
  }

  @Test
  void sizes_are_picked_joined_and_cut() {
    longs("picks", -1, 0, 0);
    node("picked", new Op.Gather(0), "shape", "picks");
    node("joined", new Op.Concat(0), "picked", "c", "two");
    assertThat(filled("joined")).isEqualTo("[H, N, N, 6, 2]");
  }

  @Test
  void every_second_size_from_the_back_is_a_slice() {
    longs("from", -1);
    longs("to", Long.MIN_VALUE);
    longs("axis", 0);
    longs("step", -2);
    node("cut", new Op.Slice(Optional.empty()), "shape", "from", "to", "axis", "step");
    assertThat(filled("cut")).isEqualTo("[H, N]");
  }

  @Test
  void a_pick_outside_the_shape_is_refused() {
    longs("three_from_front", 3);
    node("picked", new Op.Gather(0), "shape", "three_from_front");
    assertThatThrownBy(() -> ShapeInference.infer(graph.build()))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessageStartingWith("Gather 'picked', inputs (INT64[3] INT64[1]): ")
        .hasMessageContaining("index 3 lies outside the 3");
  }

  @Test
  void a_comparison_is_decided_where_it_can_be() {
    longs("asked", -1, 6, 7);
    binary("equal", Op.Binary.Function.EQUAL, "shape", "asked");
    node("chosen", new Op.Where(), "equal", "two", "three");
    // H may be 7, N cannot be -1, and the channels are 6.
    assertThat(filled("chosen")).isEqualTo("[3, 2, filled[2]]");
  }

  @Test
  void the_product_of_all_sizes_is_a_size() {
    node("all", new Op.Size(), "x");
    longs("one", 1);
    node("list", new Op.Reshape(false), "all", "one");
    assertThat(filled("list")).isEqualTo("[6*H*N]");
  }

  @Test
  void parts_of_a_shape_are_clamped_to_it() {
    node("part", new Op.ShapeOf(-9, Optional.of(9)), "x");
    assertThat(filled("part")).isEqualTo("[N, 6, H]");
  }

  @Test
  void no_part_is_empty() {
    node("part", new Op.ShapeOf(2, Optional.of(1)), "x");
    assertThat(filled("part")).isEqualTo("[]");
  }

  /** A byte wraps at 256, so that H is not what comes out. */
  @Test
  void a_narrow_integer_does_not_hold_a_size() {
    node("narrow", new Op.Cast(ElementType.UINT8), "h");
    node("wide", new Op.Cast(ElementType.INT64), "narrow");
    assertThat(filled("wide")).isEqualTo("[filled[0]]");
  }

  @Test
  void a_type_of_32_bits_holds_a_size() {
    node("narrow", new Op.Cast(ElementType.INT32), "h");
    node("wide", new Op.Cast(ElementType.INT64), "narrow");
    assertThat(filled("wide")).isEqualTo("[H]");
  }

  @Test
  void a_long_list_of_sizes_is_not_followed() {
    graph.initializer("many", Tensor.ofLongs(new long[Fact.MOST_ELEMENTS], Fact.MOST_ELEMENTS));
    node("joined", new Op.Concat(0), "many", "h");
    assertThat(ShapeInference.infer(graph.build()).get("joined"))
        .hasToString("joined: INT64[" + (Fact.MOST_ELEMENTS + 1) + "]");
    assertThat(filled("joined")).isEqualTo("[...]");
  }
}
