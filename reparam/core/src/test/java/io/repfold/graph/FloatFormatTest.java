package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a format says of itself, against tensors that are really rounded. */
class FloatFormatTest {
  private static double rounded(ElementType type, double value) {
    return Tensor.ofDoubles(type, new double[] {value}, 1).doubleAt(0);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "FLOAT16", "BFLOAT16"})
  void rounding_moves_no_number_farther_and_some_as_far(ElementType type) {
    FloatFormat format = FloatFormat.of(type);
    SplittableRandom random = new SplittableRandom(1);
    int lowest = Math.getExponent(format.smallestNormal()) - 30;
    int highest = Math.getExponent(format.largest());
    for (int exponent = lowest; exponent < highest; exponent++) {
      double worst = 0;
      for (int i = 0; i < 200; i++) {
        double magnitude = Math.scalb(1 + random.nextDouble(), exponent);
        double error = Math.abs(rounded(type, magnitude) - magnitude);
        assertThat(error).isLessThanOrEqualTo(format.largestError(magnitude));
        assertThat(rounded(type, -magnitude)).isEqualTo(-rounded(type, magnitude));
        worst = Math.max(worst, error / format.largestError(magnitude));
      }
      assertThat(worst).as("exponent %d", exponent).isGreaterThan(0.5);
    }
    assertThat(format.largestError(0)).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "FLOAT16", "BFLOAT16", "DOUBLE"})
  void the_largest_number_is_the_last_that_is_held_and_stays_as_it_is(ElementType type) {
    FloatFormat format = FloatFormat.of(type);
    assertThat(rounded(type, format.largest())).isEqualTo(format.largest());
    assertThat(format.holds(format.largest())).isTrue();
    assertThat(rounded(type, format.largest() * (1 + 2 * format.unitRoundoff()))).isInfinite();
    assertThat(format.holds(Math.nextUp(format.largest()))).isFalse();
    assertThat(format.holds(Double.NaN)).isFalse();
  }

  @Test
  void integers_have_no_such_format() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FloatFormat.of(ElementType.INT8))
        .withMessageContaining("INT8");
  }
}
