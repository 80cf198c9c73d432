package io.repfold.precision.half;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.repfold.graph.ElementType;
import io.repfold.graph.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The limits of both 16-bit types, from the bits of their numbers. */
class HalfFormatTest {
  private static double number(ElementType type, int bits) {
    if (type == ElementType.BFLOAT16) {
      return Float.intBitsToFloat(bits << 16);
    }
    int exponent = bits >> 10;
    double fraction = (bits & 0x3ff) / 1024.0;
    return exponent == 0 ? Math.scalb(fraction, -14) : Math.scalb(1 + fraction, exponent - 15);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16"})
  void are_those_of_the_type(ElementType type) {
    int fractionBits = type == ElementType.FLOAT16 ? 10 : 7;
    int infinity = ((1 << (15 - fractionBits)) - 1) << fractionBits;
    HalfFormat format = HalfFormat.of(type);
    assertThat(format.type()).isEqualTo(type);
    assertThat(format.largest()).isEqualTo(number(type, infinity - 1));
    assertThat(format.smallestNormal()).isEqualTo(number(type, 1 << fractionBits));
    assertThat(format.digit()).isEqualTo(Math.scalb(1.0, -fractionBits - 1));
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16"})
  void a_tensor_is_rounded_to_the_nearest_number_with_an_even_last_bit(ElementType type) {
    int fractionBits = type == ElementType.FLOAT16 ? 10 : 7;
    HalfFormat format = HalfFormat.of(type);
    int one = ((1 << (14 - fractionBits)) - 1) << fractionBits;
    double[] values = new double[40];
    double[] expected = new double[40];
    for (int i = 0; i < 40; i++) {
      double low = number(type, one + i / 4);
      double step = number(type, one + i / 4 + 1) - low;
      double share = new double[] {0, 0.25, 0.5, 0.75}[i % 4];
      values[i] = low + share * step;
      boolean up = share > 0.5 || share == 0.5 && (one + i / 4) % 2 == 1;
      expected[i] = up ? low + step : low;
    }
    Tensor rounded = format.round(Tensor.ofDoubles(ElementType.DOUBLE, values, 8, 5));
    assertThat(rounded.type()).isEqualTo(type);
    assertThat(rounded.dims()).containsExactly(8, 5);
    assertThat(rounded.toDoubles()).containsExactly(expected);
    float infinity = Float.NEGATIVE_INFINITY;
    assertThat(format.round(Tensor.ofFloats(new float[] {infinity}, 1)).doubleAt(0))
        .isEqualTo(infinity);
  }

  @Test
  void suffixes_tell_the_types_apart() {
    assertThat(HalfFormat.of(ElementType.FLOAT16).suffix()).isEqualTo("_float16");
    assertThat(HalfFormat.of(ElementType.BFLOAT16).suffix()).isEqualTo("_bfloat16");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> HalfFormat.of(ElementType.FLOAT))
        .withMessageContaining("FLOAT16 or BFLOAT16, not FLOAT");
  }
}
