package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleFunction;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** All 65536 numbers of both formats, and what lies between neighbors. */
class HalfPrecisionTest {
  private static final int FLOAT16_INFINITY = 0x7c00;
  private static final int BFLOAT16_INFINITY = 0x7f80;

  @Test
  void each_float16_is_its_sign_fraction_and_exponent() {
    for (int bits = 0; bits < FLOAT16_INFINITY; bits++) {
      int exponent = bits / 1024;
      double fraction = bits % 1024 / 1024.0;
      double value =
          exponent == 0 ? fraction * Math.pow(2, -14) : (1 + fraction) * Math.pow(2, exponent - 15);
      if (HalfPrecision.fromFloat16((short) bits) != value
          || HalfPrecision.fromFloat16((short) (bits | 0x8000)) != -value) {
        assertThat(HalfPrecision.fromFloat16((short) bits)).as("%04x", bits).isEqualTo(value);
      }
    }
  }

  @Test
  void each_number_is_itself_and_what_lies_between_goes_to_the_nearest() {
    checkNeighbors(FLOAT16_INFINITY, HalfPrecision::fromFloat16, HalfPrecision::toFloat16);
    checkNeighbors(BFLOAT16_INFINITY, HalfPrecision::fromBfloat16, HalfPrecision::toBfloat16);
  }

  private static void checkNeighbors(
      int infinity, Function<Short, Double> read, DoubleFunction<Short> write) {
    for (int bits = 0; bits < infinity; bits++) {
      double value = read.apply((short) bits);
      double step =
          bits + 1 < infinity
              ? read.apply((short) (bits + 1)) - value
              : value - read.apply((short) (bits - 1));
      double middle = value + step / 2;
      int even = bits % 2 == 0 ? bits : bits + 1;
      check(write, value, bits);
      check(write, middle, even);
      check(write, Math.nextDown(middle), bits);
      check(write, Math.nextUp(middle), bits + 1);
    }
  }

  /** And the negative number, with the sign's bit. */
  private static void check(DoubleFunction<Short> write, double value, int bits) {
    int found = write.apply(value) & 0xffff;
    int negative = write.apply(-value) & 0xffff;
    if (found != bits || negative != (bits | 0x8000)) {
      assertThat(found).as("%a", value).isEqualTo(bits);
      assertThat(negative).as("-%a", value).isEqualTo(bits | 0x8000);
    }
  }

  @Test
  void what_is_no_finite_number_stays_so() {
    assertThat(HalfPrecision.toFloat16(Double.POSITIVE_INFINITY)).isEqualTo((short) 0x7c00);
    assertThat(HalfPrecision.toFloat16(Double.NEGATIVE_INFINITY)).isEqualTo((short) 0xfc00);
    assertThat(HalfPrecision.toFloat16(Double.MAX_VALUE)).isEqualTo((short) 0x7c00);
    assertThat(HalfPrecision.toFloat16(Double.MIN_VALUE)).isEqualTo((short) 0);
    assertThat(HalfPrecision.toFloat16(-Double.MIN_VALUE)).isEqualTo((short) 0x8000);
    assertThat(HalfPrecision.toBfloat16(Double.NEGATIVE_INFINITY)).isEqualTo((short) 0xff80);
    assertThat(HalfPrecision.fromFloat16((short) 0xfc00)).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(HalfPrecision.fromBfloat16((short) 0x7f80)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(HalfPrecision.fromFloat16(HalfPrecision.toFloat16(Double.NaN))).isNaN();
    assertThat(HalfPrecision.fromBfloat16(HalfPrecision.toBfloat16(Double.NaN))).isNaN();
    assertThat(HalfPrecision.fromFloat16((short) 0x7c01)).isNaN();
    assertThat(HalfPrecision.fromFloat16((short) 0x8000)).isEqualTo(-0.0);
  }
}
