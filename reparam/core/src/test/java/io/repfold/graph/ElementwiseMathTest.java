package io.repfold.graph;

import static io.repfold.graph.Nodes.apply;
import static io.repfold.graph.Nodes.counting;
import static io.repfold.graph.Nodes.longs;
import static io.repfold.graph.Nodes.scalar;
import static io.repfold.graph.Nodes.vector;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ElementwiseMathTest {
  @ParameterizedTest
  @CsvSource({
    "RELU, -2, 0",
    "RELU, 3, 3",
    "SIGMOID, -700, 9.859676543759770e-305",
    "SIGMOID, 1, 0.7310585786300049",
    "HARD_SWISH, -1, -0.3333333333333333",
    "HARD_SWISH, 4, 4",
    "MISH, 1, 0.8650983882673103",
    "MISH, -700, -6.901773580631839e-302",
    "MISH, 800, 800",
    "NEG, 2, -2",
    "ABS, -2, 2",
    "EXP, 1, 2.718281828459045",
    "LOG, 10, 2.302585092994046",
    "SQRT, 2, 1.4142135623730951",
    "RECIPROCAL, 4, 0.25",
    "TANH, 0.5, 0.46211715726000973",
    "ERF, 0.5, 0.5204998778130465",
    "ERF, -2, -0.9953222650189527",
    "ERF, 5, 0.9999999999984626",
    "FLOOR, -1.5, -2",
    "CEIL, -1.5, -1",
    "SOFTPLUS, 1, 1.3132616875182228",
    "SOFTPLUS, 800, 800",
    "SOFTSIGN, -3, -0.75",
    "NOT, 0, 1",
    "NOT, 1, 0"
  })
  void unary_functions_have_their_values(Op.Unary.Function function, double x, double expected) {
    assertThat(apply(new Op.Unary(function), vector(x)).data()[0])
        .isCloseTo(expected, offset(1e-15 + 1e-14 * Math.abs(expected)));
  }

  static Stream<Arguments> activations() {
    return Stream.of(
        arguments(new Op.Gelu(false), -3, -0.00404969409489031),
        arguments(new Op.Gelu(false), 1, 0.841344746068543),
        arguments(new Op.Gelu(true), -3, -0.0036373920817729943),
        arguments(new Op.Gelu(true), 4, 3.9999297540518075),
        arguments(new Op.Selu(1.5f, 0.9f), -2, -1.1672973367077528),
        arguments(new Op.Selu(1.5f, 0.9f), 3, 2.6999999284744263),
        arguments(new Op.Celu(0.3f), -0.1, -0.08504060735983371),
        arguments(new Op.Celu(0.3f), 2, 2),
        arguments(new Op.ThresholdedRelu(0.5f), 0.5, 0),
        arguments(new Op.ThresholdedRelu(0.5f), -3, 0),
        arguments(new Op.ThresholdedRelu(-1), -0.5, -0.5));
  }

  @ParameterizedTest
  @MethodSource("activations")
  void activations_with_attributes_have_their_values(Op op, double x, double expected) {
    assertThat(apply(op, vector(x)).data()[0])
        .isCloseTo(expected, offset(1e-15 + 1e-14 * Math.abs(expected)));
  }

  @ParameterizedTest
  @CsvSource({
    "ADD, 7, -2, 5",
    "SUB, 7, -2, 9",
    "MUL, 7, -2, -14",
    "DIV, 7, -2, -3.5",
    "POW, 7, 2, 49",
    "EQUAL, 7, 7, 1",
    "LESS, 7, 7, 0",
    "LESS_OR_EQUAL, 7, 7, 1",
    "GREATER, 7, 7, 0",
    "GREATER_OR_EQUAL, 7, 7, 1",
    "AND, 1, 0, 0",
    "OR, 1, 0, 1"
  })
  void binary_functions_have_their_values(
      Op.Binary.Function function, double a, double b, double expected) {
    assertThat(apply(new Op.Binary(function), vector(a), vector(b)).data())
        .containsExactly(expected);
  }

  @Test
  void integer_division_truncates() {
    Op div = new Op.Binary(Op.Binary.Function.DIV);

    assertThat(apply(div, longs(7, -7, 7), longs(2, 2, -2)).data()).containsExactly(3, -3, -3);
    assertThatThrownBy(() -> apply(div, longs(1), longs(0)))
        .hasMessage("Div 'n', inputs (INT64[1] INT64[1]): integer division by zero");
  }

  @Test
  void comparisons_are_boolean() {
    assertThat(apply(new Op.Binary(Op.Binary.Function.LESS), vector(1), vector(2)).type())
        .isEqualTo(ElementType.BOOL);
  }

  @Test
  void shapes_broadcast_in_both_directions() {
    NdArray y =
        apply(
            new Op.Binary(Op.Binary.Function.ADD),
            counting(3, 1),
            NdArray.of(new double[] {10, 20}, 2));

    assertThat(y.dims()).containsExactly(3, 2);
    assertThat(y.data()).containsExactly(10, 20, 11, 21, 12, 22);
    assertThatThrownBy(() -> apply(new Op.Binary(Op.Binary.Function.ADD), counting(3), counting(2)))
        .hasMessageContaining("dimensions 3 and 2 on axis 0 do not broadcast");
  }

  @Test
  void variadic_functions_take_any_number_of_inputs() {
    NdArray a = vector(1, 5);
    NdArray b = vector(4);
    NdArray c = vector(-2, 3);

    assertThat(apply(new Op.Variadic(Op.Variadic.Function.SUM), a, b, c).data())
        .containsExactly(3, 12);
    assertThat(apply(new Op.Variadic(Op.Variadic.Function.MEAN), a, b, c).data())
        .containsExactly(1, 4);
    assertThat(apply(new Op.Variadic(Op.Variadic.Function.MAX), a, b, c).data())
        .containsExactly(4, 5);
    assertThat(apply(new Op.Variadic(Op.Variadic.Function.MIN), a).data()).containsExactly(1, 5);
  }

  @Test
  void rectifiers_have_their_slopes() {
    NdArray x = NdArray.of(new double[] {-2, 1, -1, 4}, 1, 2, 2);

    assertThat(apply(new Op.LeakyRelu(0.5f), x).data()).containsExactly(-1, 1, -0.5, 4);
    assertThat(apply(new Op.PRelu(), x, NdArray.of(new double[] {3, 10}, 2, 1)).data())
        .containsExactly(-6, 1, -10, 4);
    assertThat(apply(new Op.Elu(2), x).data()[0]).isCloseTo(-1.7293294335267746, offset(1e-15));
    assertThat(apply(new Op.HardSigmoid(0.25f, 0.5f), x).data()).containsExactly(0, 0.75, 0.25, 1);
    assertThatThrownBy(() -> apply(new Op.PRelu(), vector(1, 2), counting(3, 1)))
        .hasMessageContaining("slope DOUBLE[3, 1] does not fit");
  }

  @Test
  void clip_takes_its_bounds_from_attributes_or_inputs_or_not_at_all() {
    NdArray x = vector(-3, 0.5, 8);
    var none = OptionalDouble.empty();

    assertThat(apply(new Op.Clip(OptionalDouble.of(0), OptionalDouble.of(6)), x).data())
        .containsExactly(0, 0.5, 6);
    assertThat(apply(new Op.Clip(none, none), x, null, scalar(ElementType.DOUBLE, 6)).data())
        .containsExactly(-3, 0.5, 6);
    assertThat(apply(new Op.Clip(none, none), x, scalar(ElementType.DOUBLE, 0)).data())
        .containsExactly(0, 0.5, 8);
    assertThat(apply(new Op.Clip(none, none), x).data()).containsExactly(-3, 0.5, 8);
  }

  @Test
  void where_chooses_and_broadcasts() {
    NdArray condition = new NdArray(ElementType.BOOL, new int[] {2, 1}, new double[] {1, 0});

    assertThat(apply(new Op.Where(), condition, vector(1, 2), vector(7)).data())
        .containsExactly(1, 2, 7, 7);
  }

  @Test
  void casts_truncate_and_wrap() {
    NdArray x = vector(-1.7, 2.9, 0.5);

    assertThat(apply(new Op.Cast(ElementType.INT32), x).data()).containsExactly(-1, 2, 0);
    assertThat(apply(new Op.Cast(ElementType.BOOL), x).data()).containsExactly(1, 1, 1);
    assertThat(apply(new Op.Cast(ElementType.FLOAT), x).data()).containsExactly(-1.7, 2.9, 0.5);
    assertThat(apply(new Op.Cast(ElementType.INT8), longs(200, -200)).data())
        .containsExactly(-56, 56);
    assertThat(apply(new Op.Cast(ElementType.UINT8), longs(-1)).data()).containsExactly(255);
    assertThatThrownBy(() -> apply(new Op.Cast(ElementType.STRING), x))
        .hasMessageContaining("a cast to STRING is not modeled");
  }

  @Test
  void softmax_sums_to_one_along_its_axis() {
    NdArray x = NdArray.of(new double[] {0, 1000, 0, Math.log(3) + 1000}, 2, 1, 2);

    assertThat(apply(new Op.Softmax(0, false), x).data())
        .usingComparatorWithPrecision(1e-12)
        .containsExactly(0.5, 0.25, 0.5, 0.75);
    assertThat(apply(new Op.Softmax(1, true), NdArray.of(new double[4], 1, 2, 2)).data())
        .containsExactly(0.25, 0.25, 0.25, 0.25);
    assertThat(apply(new Op.Softmax(1, false), NdArray.of(new double[4], 1, 2, 2)).data())
        .containsExactly(0.5, 0.5, 0.5, 0.5);
  }
}
