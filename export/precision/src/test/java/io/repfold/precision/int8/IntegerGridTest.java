package io.repfold.precision.int8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.repfold.graph.ElementType;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A grid holds zero, reaches the ends of its range and stops there. */
class IntegerGridTest {
  @Test
  void numbers_of_the_range_come_back_within_half_a_step() {
    SplittableRandom random = new SplittableRandom(12);
    for (int i = 0; i < 300; i++) {
      double size = Math.scalb(1 + random.nextDouble(), random.nextInt(-90, 90));
      double min = -size * random.nextDouble();
      double max = size * random.nextDouble();
      IntegerGrid grid = IntegerGrid.between(min, max);
      IntegerGrid symmetric = IntegerGrid.symmetric(Math.max(-min, max));
      assertThat(grid.round(0)).isZero();
      assertThat(symmetric.round(0)).isZero();
      for (int j = 0; j <= 20; j++) {
        double value = min + (max - min) * j / 20;
        // The zero point is rounded too, which shifts the ends by half a step more.
        boolean inside = value > min + grid.scale() && value < max - grid.scale();
        assertThat(Math.abs(grid.round(value) - value))
            .as("%s of [%s, %s]", value, min, max)
            .isLessThanOrEqualTo((inside ? 0.5001 : 1.0001) * grid.scale());
        assertThat(Math.abs(symmetric.round(value) - value))
            .isLessThanOrEqualTo(0.5001 * symmetric.scale());
      }
    }
  }

  @Test
  void a_range_on_one_side_of_zero_is_widened_to_it() {
    assertThat(IntegerGrid.between(2, 5.1))
        .isEqualTo(new IntegerGrid(ElementType.UINT8, (float) (5.1 / 255), 0));
    assertThat(IntegerGrid.between(-5.1, -2))
        .isEqualTo(new IntegerGrid(ElementType.UINT8, (float) (5.1 / 255), 255));
    assertThat(IntegerGrid.between(-1, 3))
        .isEqualTo(new IntegerGrid(ElementType.UINT8, 4f / 255, 64));
    assertThat(IntegerGrid.between(0, 0)).isEqualTo(new IntegerGrid(ElementType.UINT8, 1, 0));
  }

  @Test
  void what_lies_beyond_becomes_the_last_integer() {
    IntegerGrid signed = IntegerGrid.symmetric(127);
    assertThat(signed).isEqualTo(new IntegerGrid(ElementType.INT8, 1, 0));
    assertThat(signed.least()).isEqualTo(-128);
    assertThat(signed.most()).isEqualTo(127);
    assertThat(signed.quantize(-128)).isEqualTo(-128);
    assertThat(signed.quantize(-129)).isEqualTo(-128);
    assertThat(signed.quantize(128)).isEqualTo(127);
    assertThat(signed.round(Double.NEGATIVE_INFINITY)).isEqualTo(-128);
    IntegerGrid unsigned = new IntegerGrid(ElementType.UINT8, 0.5f, 10);
    assertThat(unsigned.least()).isZero();
    assertThat(unsigned.most()).isEqualTo(255);
    assertThat(unsigned.quantize(-6)).isZero();
    assertThat(unsigned.quantize(1e30)).isEqualTo(255);
    assertThat(unsigned.round(Double.POSITIVE_INFINITY)).isEqualTo(122.5);
    assertThat(unsigned.quantize(-4.5)).isEqualTo(1);
  }

  @Test
  void a_scale_is_a_normal_float_whatever_the_range() {
    assertThat(IntegerGrid.scale(0)).isEqualTo(1);
    assertThat(IntegerGrid.scale(1e-300)).isEqualTo(Float.MIN_NORMAL);
    assertThat(IntegerGrid.scale(1e300)).isEqualTo(Float.MAX_VALUE);
    assertThat(IntegerGrid.scale(0.1)).isEqualTo(0.1f);
    assertThat(IntegerGrid.between(-Float.MAX_VALUE, Float.MAX_VALUE).zeroPoint())
        .isBetween(127, 128);
    for (float scale : new float[] {-1, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f}) {
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> new IntegerGrid(ElementType.UINT8, scale, 0))
          .withMessageContaining("positive and finite, not " + scale);
    }
    assertThat(new IntegerGrid(ElementType.UINT8, Float.MAX_VALUE, 0).scale()).isFinite();
  }
}
