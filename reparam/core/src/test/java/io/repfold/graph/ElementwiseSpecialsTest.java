package io.repfold.graph;

import static io.repfold.graph.Nodes.apply;
import static io.repfold.graph.Nodes.scalar;
import static io.repfold.graph.Nodes.vector;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Elementwise functions at infinity, at zero and of what is no number. */
class ElementwiseSpecialsTest {
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  @ParameterizedTest
  @CsvSource({
    "RELU, 0, Infinity, NaN",
    "SIGMOID, 0, 1, NaN",
    "HARD_SWISH, NaN, Infinity, NaN",
    "MISH, NaN, Infinity, NaN",
    "NEG, Infinity, -Infinity, NaN",
    "ABS, Infinity, Infinity, NaN",
    "EXP, 0, Infinity, NaN",
    "LOG, NaN, Infinity, NaN",
    "SQRT, NaN, Infinity, NaN",
    "RECIPROCAL, 0, 0, NaN",
    "TANH, -1, 1, NaN",
    "ERF, -1, 1, NaN",
    "FLOOR, -Infinity, Infinity, NaN",
    "CEIL, -Infinity, Infinity, NaN",
    "SOFTPLUS, 0, Infinity, NaN",
    "SOFTSIGN, NaN, NaN, NaN",
    "NOT, 0, 0, 0"
  })
  void functions_have_their_limits(
      Op.Unary.Function function, double below, double above, double ofNoNumber) {
    double[] y = apply(new Op.Unary(function), vector(-INFINITY, INFINITY, Double.NaN)).data();
    assertThat(Nodes.vector(y[0] + 0.0, y[1], y[2]).data())
        .containsExactly(below, above, ofNoNumber);
  }

  /** Table 7.1 of Abramowitz and Stegun, and the symmetry about 0. */
  @ParameterizedTest
  @CsvSource({
    "0.02, 0.0225645747",
    "0.5, 0.5204998778",
    "1.0, 0.8427007929",
    "1.5, 0.9661051465",
    "1.98, 0.9948920004",
    "0, 0"
  })
  void the_error_function_is_that_of_the_tables(double x, double expected) {
    assertThat(ElementwiseMath.erf(x)).isCloseTo(expected, offset(6e-11));
    assertThat(ElementwiseMath.erf(-x)).isEqualTo(-ElementwiseMath.erf(x) + 0.0);
  }

  /** The series has hundreds of terms near 6, where it is cut off; the value is 1 - 2e-17. */
  @Test
  void the_error_function_is_one_from_six_on() {
    for (double x = 5.9; x < 6.1; x += 0.001) {
      assertThat(ElementwiseMath.erf(x)).isCloseTo(1, offset(1e-14));
    }
    assertThat(ElementwiseMath.erf(1e300)).isEqualTo(1);
  }

  @Test
  void a_sigmoid_is_exact_in_its_tails() {
    double[] y = apply(new Op.Unary(Op.Unary.Function.SIGMOID), vector(-40, 0, 40)).data();
    assertThat(y[0]).isCloseTo(Math.exp(-40), offset(1e-32));
    assertThat(y[1]).isEqualTo(0.5);
    assertThat(y[2]).isCloseTo(1, offset(1e-15));
  }

  @ParameterizedTest
  @CsvSource({
    "-3, 0",
    "3, 3",
    "-2.9, -0.0483333333333333",
    "2.9, 2.8516666666666667",
    "0, 0",
    "1, 0.6666666666666666"
  })
  void a_hard_swish_bends_at_three(double x, double expected) {
    assertThat(apply(new Op.Unary(Op.Unary.Function.HARD_SWISH), vector(x)).data()[0])
        .isCloseTo(expected, offset(1e-14));
  }

  @Test
  void slopes_meet_at_zero() {
    NdArray x = vector(-2, -0.0, 0, 2, Double.NaN);
    assertThat(apply(new Op.LeakyRelu(0.5f), x).data()).containsExactly(-1, -0.0, 0, 2, Double.NaN);
    assertThat(apply(new Op.PRelu(), x, vector(-3)).data())
        .containsExactly(6, -0.0, 0, 2, Double.NaN);
    double[] elu = apply(new Op.Elu(2), x).data();
    assertThat(elu[0]).isCloseTo(2 * (Math.exp(-2) - 1), offset(1e-15));
    assertThat(elu[3]).isEqualTo(2);
    // exp(x) - 1 has no digits left here; the function has.
    assertThat(apply(new Op.Elu(1), vector(-1e-20)).data()[0]).isEqualTo(-1e-20);
    assertThatThrownBy(() -> apply(new Op.PRelu(), vector(1), vector(1, 2)))
        .hasMessageContaining("slope DOUBLE[2] does not fit DOUBLE[1]");
  }

  @Test
  void bounds_that_cross_give_the_upper_one() {
    Op clip = new Op.Clip(OptionalDouble.of(5), OptionalDouble.of(2));
    assertThat(apply(clip, vector(1, 3, 9, Double.NaN)).data())
        .containsExactly(2, 2, 2, Double.NaN);
    Op open = new Op.Clip(OptionalDouble.empty(), OptionalDouble.empty());
    assertThat(apply(open, vector(-INFINITY, INFINITY)).data())
        .containsExactly(-INFINITY, INFINITY);
    assertThat(apply(open, vector(-9, 9), null, scalar(ElementType.DOUBLE, 1)).data())
        .containsExactly(-9, 1);
    assertThat(apply(open, vector(-9, 9), NdArray.of(new double[0], 0)).data())
        .containsExactly(-9, 9);
  }

  @Test
  void a_hard_sigmoid_lies_between_zero_and_one() {
    assertThat(apply(new Op.HardSigmoid(0.5f, 0.25f), vector(-1, 0, 1, 9, -INFINITY)).data())
        .containsExactly(0, 0.25, 0.75, 1, 0);
  }

  @ParameterizedTest
  @CsvSource({
    "INT8, 300, 44",
    "INT8, -129, 127",
    "INT8, -1.9, -1",
    "UINT8, -1, 255",
    "UINT8, 256.5, 0",
    "INT16, 32768, -32768",
    "UINT16, 65537, 1",
    "INT32, 4294967297, 1",
    "UINT32, -1, 4294967295",
    "INT64, 1.99, 1",
    "INT64, -1.99, -1",
    "UINT64, 9.3e18, 9.3e18",
    "BOOL, -0.5, 1",
    "BOOL, 0, 0",
    "FLOAT16, 1e9, 1e9",
    "DOUBLE, 0.1, 0.1",
    "UINT64, -1, 18446744073709551616"
  })
  void a_cast_cuts_off_and_wraps(ElementType to, double x, double expected) {
    NdArray y = apply(new Op.Cast(to), vector(x));
    assertThat(y.data()).containsExactly(expected);
    assertThat(y.type()).isEqualTo(to);
  }

  @Test
  void a_cast_to_text_is_not_computed() {
    assertThatThrownBy(() -> apply(new Op.Cast(ElementType.STRING), vector(1)))
        .hasMessageContaining("a cast to STRING is not modeled");
  }

  @Test
  void no_number_equals_none_and_is_neither_less_nor_more() {
    NdArray none = vector(Double.NaN);
    for (Op.Binary.Function function :
        new Op.Binary.Function[] {
          Op.Binary.Function.EQUAL,
          Op.Binary.Function.LESS,
          Op.Binary.Function.LESS_OR_EQUAL,
          Op.Binary.Function.GREATER,
          Op.Binary.Function.GREATER_OR_EQUAL
        }) {
      assertThat(apply(new Op.Binary(function), none, none).data()).containsExactly(0);
    }
    assertThat(apply(new Op.Binary(Op.Binary.Function.EQUAL), vector(0), vector(-0.0)).data())
        .containsExactly(1);
    assertThat(apply(new Op.Variadic(Op.Variadic.Function.MAX), vector(1), none).data())
        .containsExactly(Double.NaN);
  }

  @Test
  void truth_is_anything_but_zero() {
    NdArray a = vector(0, 0, 2, -1);
    NdArray b = vector(0, 3, 0, 1);
    assertThat(apply(new Op.Binary(Op.Binary.Function.AND), a, b).data())
        .containsExactly(0, 0, 0, 1);
    assertThat(apply(new Op.Binary(Op.Binary.Function.OR), a, b).data())
        .containsExactly(0, 1, 1, 1);
    assertThat(apply(new Op.Where(), vector(0, 2, -1, 0), a, b).data()).containsExactly(0, 0, 2, 1);
  }

  @Test
  void integer_powers_are_whole() {
    NdArray base = Nodes.longs(2, -2, 7);
    Op pow = new Op.Binary(Op.Binary.Function.POW);
    assertThat(apply(pow, base, Nodes.longs(3, 3, 0)).data()).containsExactly(8, -8, 1);
    assertThat(apply(pow, base, Nodes.longs(-1, -1, -1)).data()).containsExactly(0, -0.0, 0);
    assertThat(apply(pow, vector(4), vector(0.5)).data()).containsExactly(2);
  }

  @Test
  void an_empty_array_stretches_to_nothing() {
    NdArray empty = NdArray.of(new double[0], 0, 3);
    NdArray y = apply(new Op.Binary(Op.Binary.Function.ADD), empty, vector(1, 2, 3));
    assertThat(y.dims()).containsExactly(0, 3);
    assertThat(apply(new Op.Binary(Op.Binary.Function.ADD), empty, vector(1)).dims())
        .containsExactly(0, 3);
    assertThatThrownBy(
            () -> apply(new Op.Binary(Op.Binary.Function.ADD), empty, Nodes.counting(2, 3)))
        .hasMessageContaining("dimensions 0 and 2 on axis 0 do not broadcast");
  }
}
