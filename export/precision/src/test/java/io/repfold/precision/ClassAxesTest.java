package io.repfold.precision;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Layers;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Where the classes of an output lie, seen through the nodes behind which they were scored. */
class ClassAxesTest {
  private static final Op SOFTMAX = new Op.Softmax(2, false);

  /** A Softmax over axis 2 of 4, and then these nodes, each reading the one before. */
  private static int axisBehind(Op... ops) {
    Graph.Builder graph = new Graph.Builder("g").input(Value.float32("x", 2, 3, 4, 5));
    graph.initializer("c", Tensor.ofFloats(new float[] {2}, 1));
    String last = "s";
    graph.node(SOFTMAX, List.of("x"), last);
    for (int i = 0; i < ops.length; i++) {
      List<String> inputs = ops[i] instanceof Op.Binary ? List.of(last, "c") : List.of(last);
      graph.node(ops[i], inputs, "v" + i);
      last = "v" + i;
    }
    graph.output(new Value(last, Optional.empty(), Optional.empty()));
    return ClassAxes.of(graph.build()).of(last, 4);
  }

  @Test
  void nodes_that_leave_the_axes_where_they_are_are_seen_through() {
    assertThat(axisBehind()).isEqualTo(2);
    assertThat(axisBehind(new Op.Identity())).isEqualTo(2);
    assertThat(axisBehind(new Op.Cast(ElementType.FLOAT16))).isEqualTo(2);
    assertThat(axisBehind(new Op.Unary(Op.Unary.Function.LOG))).isEqualTo(2);
    assertThat(axisBehind(new Op.Clip(OptionalDouble.empty(), OptionalDouble.empty())))
        .isEqualTo(2);
    assertThat(axisBehind(Layers.ADD, new Op.Identity())).isEqualTo(2);
    assertThat(axisBehind(new Op.LeakyRelu(0.1f))).isEqualTo(2);
    assertThat(axisBehind(new Op.Gelu(false))).isEqualTo(2);
    assertThat(axisBehind(new Op.Dropout(OptionalDouble.empty()))).isEqualTo(2);
    assertThat(axisBehind(new Op.Hardmax(3, false))).as("its own").isEqualTo(3);
    assertThat(axisBehind(new Op.Flatten(1))).as("moves axes").isEqualTo(1);
  }

  /** Twice back and forth, and deeper than a stack is. */
  @Test
  void a_long_way_is_walked() {
    Op[] way = new Op[20_001];
    Arrays.fill(way, new Op.Unary(Op.Unary.Function.ABS));
    way[7] = new Op.Transpose(List.of(0, 3, 1, 2));
    way[9_000] = new Op.Transpose(List.of(1, 0, 2, 3));
    way[20_000] = new Op.Transpose(List.of(0, 2, 3, 1));
    assertThat(axisBehind(way)).isEqualTo(2);
  }

  @Test
  void a_transpose_moves_the_axis() {
    assertThat(axisBehind(new Op.Transpose(List.of(2, 0, 1, 3)))).isEqualTo(0);
    assertThat(axisBehind(new Op.Transpose(List.of(0, 3, 1, 2)))).isEqualTo(3);
    assertThat(axisBehind(new Op.Transpose(List.of()))).as("3 - 2").isEqualTo(1);
  }

  @Test
  void a_constant_may_stand_on_either_side() {
    Graph graph =
        new Graph.Builder("g")
            .input(Value.float32("x", 2, 3, 4, 5))
            .initializer("c", Tensor.ofFloats(new float[] {2}, 1))
            .node(SOFTMAX, List.of("x"), "s")
            .node(Layers.ADD, List.of("c", "s"), "y")
            .output(new Value("y", Optional.empty(), Optional.empty()))
            .output(new Value("x", Optional.empty(), Optional.empty()))
            .build();
    assertThat(ClassAxes.of(graph).of("y", 4)).isEqualTo(2);
    assertThat(ClassAxes.of(graph).found()).containsOnlyKeys("y");
  }

  private static int ofLogSoftmax(int opset, int axis) {
    Graph graph =
        new Graph.Builder("g")
            .opset("", opset)
            .input(Value.float32("x", 2, 3, 4))
            .node(new Op.LogSoftmax(axis, opset < 13), List.of("x"), "y")
            .node(new Op.LpNormalization(axis, 2), List.of("x"), "z")
            .output(new Value("y", Optional.empty(), Optional.empty()))
            .output(new Value("z", Optional.empty(), Optional.empty()))
            .build();
    assertThat(ClassAxes.of(graph).of("z", 3)).isEqualTo(1);
    return ClassAxes.of(graph).of("y", 3);
  }

  @Test
  void a_log_softmax_has_the_axis_of_the_classes() {
    assertThat(ofLogSoftmax(12, 1)).isEqualTo(1);
    assertThat(ofLogSoftmax(13, -1)).isEqualTo(2);
    assertThat(ofLogSoftmax(13, 0)).isEqualTo(0);
    assertThat(ofLogSoftmax(12, -1)).isEqualTo(2);
  }

  private static int ofProduct(boolean constant, long... dims) {
    Graph.Builder graph = new Graph.Builder("g").input(Value.float32("x", dims));
    if (constant) {
      graph.initializer("w", Tensor.ofFloats(new float[10], 5, 2));
    } else {
      graph.input(Value.float32("w", 5, 2));
    }
    graph.node(new Op.MatMul(), List.of("x", "w"), "y");
    graph.output(new Value("y", Optional.empty(), Optional.empty()));
    return ClassAxes.of(graph.build()).of("y", dims.length);
  }

  @Test
  void a_product_of_up_to_three_axes_with_a_weight_scores_on_the_last() {
    assertThat(ofProduct(true, 3, 4, 5)).isEqualTo(2);
    assertThat(ofProduct(true, 4, 5)).isEqualTo(1);
    assertThat(ofProduct(true, 2, 3, 4, 5)).isEqualTo(1);
    assertThat(ofProduct(false, 3, 4, 5)).isEqualTo(1);
  }
}
