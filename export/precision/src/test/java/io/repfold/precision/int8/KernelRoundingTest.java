package io.repfold.precision.int8;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Tensor;
import io.repfold.kit.Tensors;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KernelRoundingTest {
  private static double moved(double[] steps, byte[] rounded, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += rounded[i] - steps[i];
    }
    return sum;
  }

  @Test
  void the_sum_of_a_kernel_moves_by_half_a_step_at_most_and_no_weight_by_a_whole_one() {
    double[] steps = new SplittableRandom(4).doubles(900, -126, 126).toArray();
    byte[] rounded = KernelRounding.round(steps, 9, 127);

    int otherWay = 0;
    for (int first = 0; first < steps.length; first += 9) {
      assertThat(Math.abs(moved(steps, rounded, first, first + 9))).isLessThanOrEqualTo(0.5 + 1e-9);
    }
    for (int i = 0; i < steps.length; i++) {
      assertThat(Math.abs(rounded[i] - steps[i])).isLessThan(1);
      otherWay += rounded[i] == Math.rint(steps[i]) ? 0 : 1;
    }
    assertThat(otherWay).as("few are rounded the other way").isBetween(10, 150);
  }

  @Test
  void those_nearest_to_the_middle_turn_first() {
    assertThat(KernelRounding.round(new double[] {3.3, 1.45, -2.7, 5.4}, 4, 127))
        .containsExactly(3, 2, -3, 5);
  }

  @Test
  void single_weights_round_to_nearest_and_the_ends_hold() {
    assertThat(KernelRounding.round(new double[] {0.4, 0.4, 0.4}, 1, 127)).containsExactly(0, 0, 0);
    assertThat(KernelRounding.round(new double[] {127.4, 127.4, 127.4}, 3, 127))
        .containsExactly(127, 127, 127);
    assertThat(KernelRounding.round(new double[] {63.4, -63.6, 62.9, 63.4}, 4, 63))
        .containsExactly(63, -63, 63, 63);
  }

  /** A flat area gives each layer the sum of its kernel, and nothing else. */
  @Test
  void flat_areas_come_out_closer() {
    Tensor weight = Tensors.random(new SplittableRandom(8), 1, 16, 8, 3, 3);
    double[] exact = weight.toDoubles();
    double[] kept = QuantizedWeight.of(weight, 0).rounded();
    Tensor flat = Tensor.ofDoubles(ElementType.FLOAT, exact, 16, 8 * 9);
    double[] nearest = QuantizedWeight.of(flat, 0).rounded();

    assertThat(flatError(exact, kept)).isLessThan(0.5 * flatError(exact, nearest));
  }

  private static double flatError(double[] exact, double... rounded) {
    double sum = 0;
    for (int first = 0; first < exact.length; first += 9) {
      double error = 0;
      for (int i = first; i < first + 9; i++) {
        error += rounded[i] - exact[i];
      }
      sum += error * error;
    }
    return sum;
  }
}
