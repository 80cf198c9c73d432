package io.repfold.fold;

import static io.repfold.kit.Layers.ADD;
import static io.repfold.kit.Layers.CONV;
import static io.repfold.kit.Layers.MUL;
import static io.repfold.kit.Layers.PADDED_CONV;
import static io.repfold.kit.Layers.RELU;
import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.MultiplyAdds;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.Window;
import io.repfold.kit.Images;
import io.repfold.kit.Layers;
import io.repfold.kit.Tensors;
import io.repfold.kit.Values;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Graphs that were folded wrongly, or not at all, once. */
class RegressionsTest {
  private static final Op PAD =
      new Op.Pad(Op.Pad.Mode.CONSTANT, Optional.empty(), OptionalDouble.empty());
  private static final Op SLICE = new Op.Slice(Optional.empty());

  private final SplittableRandom random = new SplittableRandom(7);
  private final Graph.Builder graph = new Graph.Builder("regression");

  @ParameterizedTest
  @ValueSource(strings = {"image first", "convolution first"})
  void a_broadcast_channel_behind_a_symbol_is_no_sum_of_images(String order) {
    graph.input(
        Value.of(
            "x",
            ElementType.DOUBLE,
            new Shape(
                List.of(
                    Dim.of(1), new Dim.Symbol("C"), new Dim.Symbol("H"), new Dim.Symbol("W")))));
    conv(PADDED_CONV, "x", "one", 1, 4, 3, 3);
    boolean imageFirst = order.equals("image first");
    graph.node(ADD, imageFirst ? List.of("x", "one") : List.of("one", "x"), "y");
    assertComputesTheSame("y", 1, 4, 5, 6);
  }

  @Test
  void a_convolution_that_is_concatenated_with_itself_is_computed_once() {
    image(3, 6);
    conv(PADDED_CONV, "x", "c", 4, 3, 3, 3);
    graph.node(new Op.Concat(1), List.of("c", "c"), "y");
    assertComputesTheSame("y", 1, 3, 6, 6);
    assertThat(multiplyAdds(folded())).isEqualTo(multiplyAdds(graph.build()));
  }

  @Test
  void a_border_that_others_read_halfway_does_not_make_the_image_twice() {
    image(3, 6);
    conv(CONV, "x", "c", 3, 3, 1, 1);
    longs("one", 0, 0, 1, 1, 0, 0, 1, 1);
    graph.node(PAD, List.of("c", "one"), "p");
    graph.node(RELU, List.of("p"), "other");
    graph.node(PAD, List.of("p", "one"), "q");
    conv(CONV, "q", "y", 3, 3, 1, 1);
    graph.output(Values.any("other"));
    assertComputesTheSame("y", 1, 3, 6, 6);
    assertThat(folded().readers("x")).hasSize(1);
  }

  @Test
  void a_step_beyond_all_sizes_takes_the_first_row() {
    image(2, 6);
    longs("start", 0);
    longs("end", Long.MAX_VALUE);
    longs("axis", 2);
    longs("step", 1L << 32);
    graph.node(SLICE, List.of("x", "start", "end", "axis", "step"), "first");
    conv(CONV, "first", "c", 2, 2, 1, 1);
    conv(CONV, "c", "y", 2, 2, 1, 1);
    assertComputesTheSame("y", 1, 2, 6, 6);
  }

  @Test
  void the_last_three_rows_of_an_image_may_be_fewer() {
    graph.input(
        Value.of(
            "x",
            ElementType.DOUBLE,
            new Shape(List.of(Dim.of(1), Dim.of(2), new Dim.Symbol("H"), Dim.of(4)))));
    longs("start", -3);
    longs("end", Long.MAX_VALUE);
    longs("axis", 2);
    graph.node(SLICE, List.of("x", "start", "end", "axis"), "last");
    graph.node(new Op.ShapeOf(0, Optional.empty()), List.of("last"), "y");
    graph.output(Values.any("y"));
    graph.node(new Op.Identity(), List.of("y"), "z");
    assertComputesTheSame("z", 1, 2, 1, 4);
  }

  /** {@code 10 * 0.7f} is 6.99999988, and 7 once it is rounded to float32. */
  @Test
  void a_size_is_computed_as_at_run_time() {
    graph.input(Value.of("x", ElementType.FLOAT, Shape.of(1, 1, 10, 10)));
    graph.initializer("scales", Tensor.ofFloats(new float[] {1, 1, 0.7f, 0.7f}, 4));
    graph.node(new Op.ShapeOf(0, Optional.empty()), List.of("x"), "shape");
    graph.node(new Op.Cast(ElementType.FLOAT), List.of("shape"), "sizes");
    graph.node(MUL, List.of("sizes", "scales"), "scaled");
    graph.node(new Op.Unary(Op.Unary.Function.FLOOR), List.of("scaled"), "whole");
    graph.node(new Op.Cast(ElementType.INT64), List.of("whole"), "wanted");
    graph.node(new Op.ConstantOfShape(Tensor.ofFloats(new float[] {1}, 1)), List.of("wanted"), "y");
    graph.output(Values.any("y"));
    assertThat(folded().constant("wanted").orElseThrow().toLongs()).containsExactly(1, 1, 7, 7);
  }

  @Test
  void a_long_chain_is_folded_in_pieces() {
    image(2, 4);
    String at = "x";
    for (int i = 0; i < 2_000; i++) {
      at = conv(CONV, at, i == 1_999 ? "y" : "c" + i, 2, 2, 1, 1);
    }
    graph.output(Values.any("y"));
    assertThat(folded().nodes()).hasSizeLessThan(100);
  }

  @Test
  void doubling_again_and_again_is_counted_once_a_node() {
    image(2, 4);
    String at = conv(CONV, "x", "c", 2, 2, 1, 1);
    for (int i = 0; i < 60; i++) {
      graph.node(ADD, List.of(at, at), "a" + i);
      at = "a" + i;
    }
    graph.node(new Op.Identity(), List.of(at), "y");
    assertComputesTheSame("y", 1, 2, 4, 4);
  }

  @Test
  void an_average_over_a_whole_image_stays() {
    image(2, 600);
    graph.node(
        new Op.AveragePool(List.of(600, 600), Window.DEFAULT, false, false), List.of("x"), "mean");
    conv(CONV, "mean", "y", 2, 2, 1, 1);
    graph.output(Values.any("y"));
    assertThat(folded().nodes()).hasSize(2);
  }

  private void image(int channels, int size) {
    graph.input(Value.of("x", ElementType.DOUBLE, Shape.of(1, channels, size, size)));
  }

  private String conv(Op op, String x, String y, long... weight) {
    Layers.conv(graph, op, x, y, doubles(weight), doubles(weight[0]));
    return y;
  }

  private Tensor doubles(long... dims) {
    return Tensors.random(ElementType.DOUBLE, random, 1, dims);
  }

  private void longs(String name, long... values) {
    graph.initializer(name, Tensors.longs(values));
  }

  private Graph folded() {
    return Folder.fold(graph.build()).graph();
  }

  private static long multiplyAdds(Graph graph) {
    return MultiplyAdds.of(graph).total();
  }

  private void assertComputesTheSame(String output, int... dims) {
    graph.output(Values.any(output));
    Equivalence.assertHolds(
        output, graph.build(), folded(), Map.of("x", Images.random(random.nextLong(), 1, dims)));
  }
}
