package io.repfold.precision;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Layers;
import io.repfold.kit.Values;
import io.repfold.precision.Decisions.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

class DecisionsTest {
  private static final double NAN = Double.NaN;
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  private static Decisions real(int axis, double[] values, long... shape) {
    return Decisions.of(i -> values[i], true, 0.5, axis, shape);
  }

  private static Decisions integers(double... values) {
    return Decisions.of(i -> values[i], false, 0.5, 1, values.length);
  }

  private static double[] of(double... values) {
    return values;
  }

  @Test
  void classes_lie_on_any_axis() {
    double[] before = {1, 2, 3, 4, 4, 3, 2, 1, 9, 8, 7, 6};
    double[] after = {1, 2, 3, 2, 4, 3, 2, 1, 9, 8, 7, 6};

    Decisions first = real(1, before, 1, 3, 4);
    Decisions last = real(2, before, 1, 3, 4);
    assertThat(first.kind()).isEqualTo(Kind.CHANNEL);
    assertThat(first.positions(real(1, after, 1, 3, 4))).isEqualTo(4);
    assertThat(first.disagreements(real(1, after, 1, 3, 4))).isZero();
    assertThat(last.positions(real(2, after, 1, 3, 4))).isEqualTo(3);
    assertThat(last.disagreements(real(2, after, 1, 3, 4))).isEqualTo(1);
  }

  @Test
  void what_nan_prevents_differs_from_everything() {
    Decisions scores = real(1, of(1, NAN, 3, 4), 1, 2, 2);
    assertThat(scores.disagreements(scores)).isEqualTo(1);
    Decisions numbers = real(1, of(0.2, NAN, 0.9), 3);
    assertThat(numbers.kind()).isEqualTo(Kind.THRESHOLD);
    assertThat(numbers.disagreements(numbers)).isEqualTo(1);
    assertThat(numbers.disagreements(real(1, of(0.2, 0, 0.9), 3))).isEqualTo(1);
  }

  @Test
  void an_infinity_is_on_no_side_with_numbers() {
    Decisions numbers = real(1, of(INFINITY, INFINITY, 1, -INFINITY, -1), 5);
    Decisions others = real(1, of(INFINITY, 1, INFINITY, -INFINITY, -INFINITY), 5);
    assertThat(numbers.disagreements(others)).isEqualTo(3);
  }

  @Test
  void integers_are_told_apart() {
    assertThat(integers(-1, 0, 3e9, 7).disagreements(integers(-1, -1, 3e9 + 1, 7))).isEqualTo(2);
    assertThat(integers(5).kind()).isEqualTo(Kind.INTEGER);
  }

  @Test
  void what_only_one_of_two_sizes_has_differs() {
    Decisions three = integers(1, 2, 3);
    Decisions five = integers(1, 2, 4, 5, 6);
    assertThat(three.positions(five)).isEqualTo(5);
    assertThat(three.disagreements(five)).isEqualTo(3);
    assertThat(five.positions(three)).isEqualTo(5);
    assertThat(five.disagreements(three)).isEqualTo(3);
    assertThat(integers().positions(integers())).isZero();
    assertThat(integers().disagreements(five)).isEqualTo(5);

    Decisions boxes = real(1, of(1, 2, 3, 4), 2, 2);
    assertThat(boxes.disagreements(real(1, of(1, 2), 1, 2))).isEqualTo(1);
    assertThat(boxes.positions(real(1, of(), 0, 2))).isEqualTo(2);
    assertThat(boxes.disagreements(real(1, of(), 0, 2))).isEqualTo(2);
  }

  @Test
  void among_other_classes_nothing_is_the_same() {
    Decisions two = real(1, of(2, 1), 1, 2);
    assertThat(two.disagreements(real(1, of(3, 2, 1), 1, 3))).isEqualTo(1);
    assertThat(two.disagreements(real(1, of(0), 1, 1))).isEqualTo(1);
  }

  @Test
  void a_softmax_tells_the_axis() {
    Graph graph =
        new Graph.Builder("text")
            .input(Value.float32("x", 1, 3, 4))
            .node(new Op.Softmax(-1, false), List.of("x"), "y")
            .node(Layers.RELU, List.of("x"), "z")
            .output(Value.float32("y", 1, 3, 4))
            .output(Value.float32("z", 1, 3, 4))
            .build();

    assertThat(ClassAxes.of(graph).of("y", 3)).isEqualTo(2);
    assertThat(ClassAxes.of(graph).of("z", 3)).isEqualTo(1);
  }

  @Test
  void a_transpose_and_a_product_with_weights_tell_the_axis_too() {
    Op.Transpose last = new Op.Transpose(List.of(0, 2, 3, 1));
    Op sigmoid = new Op.Unary(Op.Unary.Function.SIGMOID);
    Graph graph =
        new Graph.Builder("axes")
            .input(Value.float32("image", 1, 3, 4, 5))
            .input(Value.float32("words", 1, 6, 5))
            .initializer("w", Tensor.ofFloats(new float[35], 5, 7))
            .initializer("b", Tensor.ofFloats(new float[7], 7))
            .node(last, List.of("image"), "channels_last")
            .node(sigmoid, List.of("channels_last"), "map")
            .node(new Op.Transpose(List.of()), List.of("image"), "reversed")
            .node(new Op.MatMul(), List.of("words", "w"), "product")
            .node(Layers.ADD, List.of("b", "product"), "tokens")
            .node(new Op.MatMul(), List.of("image", "w"), "interpolated")
            .output(Values.float32("map"))
            .output(Values.float32("reversed"))
            .output(Values.float32("tokens"))
            .output(Values.float32("interpolated"))
            .build();

    ClassAxes axes = ClassAxes.of(graph);

    assertThat(axes.of("map", 4)).isEqualTo(3);
    assertThat(axes.of("reversed", 4)).isEqualTo(2);
    assertThat(axes.of("tokens", 3)).isEqualTo(2);
    assertThat(axes.of("interpolated", 4)).isEqualTo(1);
  }
}
