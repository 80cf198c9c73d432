package io.repfold.precision;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
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

  /** A Softmax over an axis of an input, and then an op with these integers as its input. */
  private static int behind(Shape shape, int axis, Op op, long... numbers) {
    Graph.Builder graph = new Graph.Builder("g").opset("", 13);
    graph.input(Value.of("x", ElementType.FLOAT, shape));
    graph.initializer("n", Tensor.ofLongs(numbers, numbers.length));
    graph.node(new Op.Softmax(axis, false), List.of("x"), "s");
    graph.node(op, numbers.length == 0 ? List.of("s") : List.of("s", "n"), "y");
    graph.output(new Value("y", Optional.empty(), Optional.empty()));
    Graph built = graph.build();
    int rank = ShapeInference.infer(built).get("y").shape().orElseThrow().rank();
    return ClassAxes.of(built).of("y", rank);
  }

  private static Shape images(long channels) {
    return new Shape(
        List.of(new Dim.Symbol("N"), Dim.of(channels), new Dim.Symbol("H"), new Dim.Symbol("W")));
  }

  @Test
  void an_axis_is_followed_through_squeeze_and_unsqueeze() {
    Op squeeze = new Op.Squeeze(Optional.empty());
    Op unsqueeze = new Op.Unsqueeze(Optional.empty());
    assertThat(behind(Shape.of(1, 5, 4, 6), 2, squeeze, 0)).isEqualTo(1);
    assertThat(behind(Shape.of(1, 5, 4, 6), 3, squeeze, 0)).isEqualTo(2);
    assertThat(behind(Shape.of(2, 1, 1, 6), -1, squeeze)).isEqualTo(1);
    assertThat(behind(images(19), 1, unsqueeze, 0)).isEqualTo(2);
    assertThat(behind(images(19), 1, unsqueeze, 0, 1)).isEqualTo(3);
    assertThat(behind(images(19), 1, unsqueeze, -1)).isEqualTo(1);
    assertThat(behind(Shape.of(2, 3, 4), -1, unsqueeze, 1)).isEqualTo(3);
  }

  @Test
  void an_axis_is_followed_through_a_reshape_that_keeps_it_apart() {
    Op reshape = new Op.Reshape(false);
    assertThat(behind(Shape.of(1, 5, 4, 6), 1, reshape, 5, 24)).isEqualTo(0);
    assertThat(behind(Shape.of(2, 4, 6, 5), 3, reshape, 2, 24, 5)).isEqualTo(2);
    assertThat(behind(Shape.of(2, 4, 6, 5), -1, reshape, -1, 5)).isEqualTo(1);
    assertThat(behind(Shape.of(2, 3, 4, 5), 2, reshape, 6, 4, 5)).isEqualTo(1);
    assertThat(behind(Shape.of(2, 3, 4, 5), 2, reshape, 2, 3, 1, 4, 5)).isEqualTo(3);
    assertThat(behind(images(19), 1, reshape, 0, 19, -1)).isEqualTo(1);
    assertThat(behind(images(19), 1, new Op.Flatten(1))).as("with the pixels").isEqualTo(1);
    assertThat(behind(Shape.of(2, 3, 4, 5), 3, new Op.Flatten(3))).isEqualTo(1);
  }

  @Test
  void an_axis_that_a_reshape_takes_apart_or_in_is_lost() {
    Op reshape = new Op.Reshape(false);
    assertThat(behind(Shape.of(2, 3, 4, 6), 2, reshape, 2, 3, 2, 2, 6)).isEqualTo(1);
    assertThat(behind(Shape.of(2, 3, 4, 6), 2, reshape, 2, 12, 6)).isEqualTo(1);
    assertThat(behind(Shape.of(2, 3, 4, 6), 2, reshape, 6, 6, 4)).as("other elements").isEqualTo(1);
    Op squeeze = new Op.Squeeze(Optional.empty());
    assertThat(behind(Shape.of(4, 3, 1, 6), 2, squeeze, 2)).as("one class").isEqualTo(1);
    Shape open = new Shape(List.of(Dim.unknown(), Dim.unknown(), Dim.of(3), Dim.unknown()));
    assertThat(behind(open, 2, reshape, -1, 2, 3, 7)).as("nothing is known").isEqualTo(1);
  }

  /** Where nothing says more, classes are on axis 1, and may be put elsewhere from there. */
  @Test
  void the_usual_axis_is_followed_too() {
    Graph graph =
        new Graph.Builder("g")
            .input(Value.float32("x", 2, 3, 4, 5))
            .node(new Op.Unsqueeze(Optional.of(List.of(0))), List.of("x"), "y")
            .output(new Value("y", Optional.empty(), Optional.empty()))
            .build();
    assertThat(ClassAxes.of(graph).of("y", 5)).isEqualTo(2);
  }

  private static int joined(int axis, int first, int second) {
    Graph graph =
        new Graph.Builder("g")
            .opset("", 13)
            .input(Value.float32("a", 2, 3, 4, 4))
            .initializer("c", Tensor.ofFloats(new float[96], 2, 3, 4, 4))
            .node(new Op.Softmax(first, false), List.of("a"), "s")
            .node(new Op.Softmax(second, false), List.of("a"), "t")
            .node(new Op.Concat(axis), List.of("c", "s", "t"), "j")
            .node(new Op.Transpose(List.of(3, 2, 1, 0)), List.of("j"), "y")
            .output(new Value("y", Optional.empty(), Optional.empty()))
            .build();
    return 3 - ClassAxes.of(graph).of("y", 4);
  }

  @Test
  void what_is_joined_along_another_axis_keeps_its_own() {
    assertThat(joined(1, 2, 2)).isEqualTo(2);
    assertThat(joined(1, 3, -1)).isEqualTo(3);
    assertThat(joined(-1, 2, 2)).isEqualTo(2);
    assertThat(joined(2, 2, 2)).as("along the classes").isEqualTo(1);
    assertThat(joined(-2, 2, 2)).as("along the classes").isEqualTo(1);
    assertThat(joined(0, 2, 3)).as("they disagree").isEqualTo(1);
  }

  /** Each value is asked once: of 60 levels of two, there are 2^60 ways. */
  @Test
  void joins_of_joins_are_walked_once() {
    Graph.Builder graph = new Graph.Builder("g").opset("", 13);
    graph.input(Value.float32("x", 1, 1, 3));
    graph.node(new Op.Softmax(2, false), List.of("x"), "v0");
    for (int i = 0; i < 60; i++) {
      graph.node(new Op.Concat(0), List.of("v" + i, "v" + i), "j" + i);
      graph.node(new Op.Concat(1), List.of("j" + i, "j" + i), "k" + i);
      graph.node(
          new Op.Slice(
              Optional.of(new Op.Slice.Bounds(List.of(0L, 0L), List.of(1L, 1L), List.of(0, 1)))),
          List.of("k" + i),
          "v" + (i + 1));
    }
    graph.output(new Value("v60", Optional.empty(), Optional.empty()));
    assertThat(ClassAxes.of(graph.build()).of("v60", 3)).isEqualTo(2);
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
