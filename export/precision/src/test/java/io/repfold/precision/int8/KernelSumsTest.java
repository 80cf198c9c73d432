package io.repfold.precision.int8;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rounding of a kernel against all the ways in which its weights can be rounded. */
class KernelSumsTest {
  /**
   * Of all ways to round each weight up or down whose sum moves by half a step at most, none has
   * less squared error.
   */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5, 8})
  void no_other_rounding_with_as_good_a_sum_has_less_error(int kernel) {
    SplittableRandom random = new SplittableRandom(kernel);
    for (int draw = 0; draw < 100; draw++) {
      double bias = random.nextDouble(-0.4, 0.4);
      double[] steps = new double[kernel];
      for (int i = 0; i < kernel; i++) {
        steps[i] = random.nextInt(-60, 60) + bias + random.nextDouble(-0.2, 0.2);
      }
      byte[] rounded = KernelRounding.round(steps, kernel, 127);
      double[] found = new double[kernel];
      for (int i = 0; i < kernel; i++) {
        found[i] = rounded[i];
      }
      assertThat(Math.abs(moved(steps, found))).isLessThanOrEqualTo(0.5 + 1e-9);
      assertThat(error(steps, found)).isLessThanOrEqualTo(leastError(steps) + 1e-9);
    }
  }

  private static double leastError(double... steps) {
    double least = Double.POSITIVE_INFINITY;
    for (int ups = 0; ups < (1 << steps.length); ups++) {
      double[] rounded = new double[steps.length];
      for (int i = 0; i < steps.length; i++) {
        rounded[i] = Math.floor(steps[i]) + ((ups >> i) & 1);
      }
      if (Math.abs(moved(steps, rounded)) <= 0.5) {
        least = Math.min(least, error(steps, rounded));
      }
    }
    return least;
  }

  private static double moved(double[] steps, double... rounded) {
    double sum = 0;
    for (int i = 0; i < steps.length; i++) {
      sum += rounded[i] - steps[i];
    }
    return sum;
  }

  private static double error(double[] steps, double... rounded) {
    double sum = 0;
    for (int i = 0; i < steps.length; i++) {
      sum += Math.pow(rounded[i] - steps[i], 2);
    }
    return sum;
  }

  @Test
  void the_last_integer_may_be_reached_and_not_passed() {
    assertThat(KernelRounding.round(new double[] {126.3, 126.3}, 2, 127)).containsExactly(127, 126);
    assertThat(KernelRounding.round(new double[] {-126.3, -126.3}, 2, 127))
        .containsExactly(-127, -126);
    assertThat(KernelRounding.round(new double[] {63.3, 62.8, 63.3}, 3, 63))
        .containsExactly(63, 63, 63);
  }

  @Test
  void half_a_step_is_allowed_and_each_kernel_is_its_own() {
    assertThat(KernelRounding.round(new double[] {0.5, 1, 0}, 3, 127)).containsExactly(0, 1, 0);
    assertThat(KernelRounding.round(new double[] {0.4, 0.4, -0.4, -0.4}, 2, 127))
        .containsExactly(1, 0, -1, 0);
    assertThat(KernelRounding.round(new double[] {0.4, 0.4, -0.4, -0.4}, 4, 127))
        .containsExactly(0, 0, 0, 0);
  }
}
