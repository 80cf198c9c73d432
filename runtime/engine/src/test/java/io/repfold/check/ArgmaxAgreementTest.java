package io.repfold.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.runtime.ElementType;
import io.repfold.runtime.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ArgmaxAgreementTest {
  /** Two pixels, three channels; the first pixel is clear, the second close. */
  private static final HostTensor REFERENCE = scores(5, 1, 2, 1.1f, 1, 0);

  @Test
  void a_swap_within_the_margin_is_counted_but_not_held_against() {
    HostTensor candidate = scores(5, 1, 2, 1, 1.1f, 0);
    assertThat(ArgmaxAgreement.of(REFERENCE, candidate, 0.2, 1))
        .hasValue(new ArgmaxAgreement(2, 0, 1, 0, 0.2, 1));
  }

  @Test
  void a_swap_beyond_the_margin_is_held_against() {
    HostTensor candidate = scores(1, 1, 2, 1.1f, 1, 0);
    ArgmaxAgreement agreement = ArgmaxAgreement.of(REFERENCE, candidate, 2.9, 1).orElseThrow();
    assertThat(agreement).isEqualTo(new ArgmaxAgreement(2, 0, 1, 1, 2.9, 1));
    assertThat(agreement.agreement()).isEqualTo(0.5);
    assertThat(ArgmaxAgreement.of(REFERENCE, candidate, 3.1, 1))
        .hasValue(new ArgmaxAgreement(2, 0, 1, 0, 3.1, 1));
  }

  @Test
  void of_equal_scores_the_first_wins_and_has_no_lead() {
    HostTensor tie = scores(1, 1, 1, 1, 0, 0);
    HostTensor second = scores(0, 1, 1, 1, 0, 0);
    assertThat(ArgmaxAgreement.of(tie, tie, 0, 1)).hasValue(new ArgmaxAgreement(2, 0, 0, 0, 0, 1));
    assertThat(ArgmaxAgreement.of(tie, second, 0, 1))
        .hasValue(new ArgmaxAgreement(2, 0, 1, 0, 0, 1));
  }

  @Test
  void positions_with_nan_are_left_out_and_infinities_are_scores() {
    HostTensor nan = scores(5, 1, 2, Float.NaN, 1, 0);
    assertThat(ArgmaxAgreement.of(REFERENCE, nan, 0, 1))
        .hasValue(new ArgmaxAgreement(1, 1, 0, 0, 0, 1));
    float infinite = Float.POSITIVE_INFINITY;
    HostTensor one = scores(infinite, 0, infinite, 0, 0, 0);
    assertThat(ArgmaxAgreement.of(one, one, 1, 1)).hasValue(new ArgmaxAgreement(2, 0, 0, 0, 1, 1));
    HostTensor other = scores(0, 0, infinite, 0, 0, 0);
    assertThat(ArgmaxAgreement.of(one, other, 1, 1))
        .hasValue(new ArgmaxAgreement(2, 0, 1, 0, 1, 1));
  }

  @Test
  void a_batch_of_class_scores_has_one_position_an_item() {
    HostTensor reference = HostTensor.ofFloats(new float[] {0, 1, 2, 3, 2, 1}, 2, 3);
    HostTensor candidate = HostTensor.ofFloats(new float[] {0, 1, 2, 1, 2, 3}, 2, 3);
    assertThat(ArgmaxAgreement.of(reference, candidate, 0.5, 1))
        .hasValue(new ArgmaxAgreement(2, 0, 1, 1, 0.5, 1));
  }

  /** [2, 2, 1, 3]: the second item's best channels are 1, 0, 1. */
  @Test
  void items_and_pixels_are_told_apart() {
    float[] reference = {9, 9, 9, 0, 0, 0, 1, 8, 2, 5, 3, 7};
    float[] candidate = {9, 9, 9, 0, 0, 0, 1, 2, 2, 5, 3, 1};
    assertThat(
            ArgmaxAgreement.of(
                HostTensor.ofFloats(reference, 2, 2, 1, 3),
                HostTensor.ofFloats(candidate, 2, 2, 1, 3),
                4.5,
                1))
        .hasValue(new ArgmaxAgreement(6, 0, 2, 2, 4.5, 1));
    assertThat(
            ArgmaxAgreement.of(
                HostTensor.ofFloats(reference, 2, 2, 1, 3),
                HostTensor.ofFloats(candidate, 2, 2, 1, 3),
                5,
                1))
        .hasValue(new ArgmaxAgreement(6, 0, 2, 0, 5, 1));
  }

  /** The same numbers, moved: whatever axis the channels are on, the same decisions differ. */
  @Test
  void channels_may_be_on_any_axis() {
    int[] sizes = {2, 3, 4, 5};
    Random random = new Random(7);
    double[] reference = random.doubles(120).toArray();
    double[] candidate = random.doubles(120).toArray();
    ArgmaxAgreement expected =
        ArgmaxAgreement.of(moved(reference, 1, sizes), moved(candidate, 1, sizes), 0.1, 1)
            .orElseThrow();
    assertThat(expected.positions()).isEqualTo(40);
    assertThat(expected.disagreements()).isBetween(10L, 39L);

    for (int axis = 0; axis < 4; axis++) {
      ArgmaxAgreement found =
          ArgmaxAgreement.of(
                  moved(reference, axis, sizes), moved(candidate, axis, sizes), 0.1, axis)
              .orElseThrow();
      assertThat(found.disagreements()).as("axis %d", axis).isEqualTo(expected.disagreements());
      assertThat(found.beyondMargin()).isEqualTo(expected.beyondMargin());
      assertThat(found.positions()).isEqualTo(40);
      assertThat(found.axis()).isEqualTo(axis);
    }
    HostTensor last = moved(reference, 3, sizes);
    assertThat(ArgmaxAgreement.of(last, last, 0, 4)).isEmpty();
    assertThat(ArgmaxAgreement.of(last, last, 0, -1)).isEmpty();
  }

  /** Of [N, C, H, W], with the channels on another axis and the others in their order. */
  private static HostTensor moved(double[] values, int axis, int... sizes) {
    List<Integer> order = new ArrayList<>(List.of(0, 2, 3));
    order.add(axis, 1);
    double[] moved = new double[values.length];
    int[] at = new int[4];
    for (int i = 0; i < values.length; i++) {
      int rest = i;
      for (int k = 3; k >= 0; k--) {
        at[k] = rest % sizes[k];
        rest /= sizes[k];
      }
      int place = 0;
      for (int k : order) {
        place = place * sizes[k] + at[k];
      }
      moved[place] = values[i];
    }
    return HostTensor.of(
        ElementType.DOUBLE, moved, order.stream().mapToLong(k -> sizes[k]).toArray());
  }

  @Test
  void without_channels_there_is_no_agreement_to_speak_of() {
    HostTensor vector = HostTensor.ofFloats(new float[] {1, 2}, 2);
    HostTensor mask = HostTensor.ofFloats(new float[] {1, 2}, 1, 1, 2);
    HostTensor none = HostTensor.ofFloats(new float[0], 0, 3);
    HostTensor labels = HostTensor.ofLongs(new long[] {1, 2}, 1, 2);
    for (HostTensor tensor : new HostTensor[] {vector, mask, none, labels}) {
      assertThat(ArgmaxAgreement.of(tensor, tensor, 0, 1)).as(tensor.toString()).isEmpty();
    }
  }

  /** If no score is off by more than e, then a lead of more than 2e cannot be lost. */
  @Test
  void twice_the_largest_error_is_margin_enough() {
    Random random = new Random(2);
    for (int trial = 0; trial < 200; trial++) {
      float[] reference = new float[60];
      float[] candidate = new float[60];
      for (int i = 0; i < reference.length; i++) {
        reference[i] = (float) random.nextGaussian();
        candidate[i] = reference[i] + (random.nextFloat() - 0.5f);
      }
      Comparison c =
          Comparison.of(
              HostTensor.ofFloats(reference, 2, 3, 2, 5),
              HostTensor.ofFloats(candidate, 2, 3, 2, 5),
              loose(),
              1);
      ArgmaxAgreement agreement = c.argmax().orElseThrow();
      assertThat(agreement.margin()).isEqualTo(2 * c.maxAbsError());
      assertThat(agreement.positions()).isEqualTo(20);
      assertThat(agreement.beyondMargin()).isZero();
    }
  }

  private static Tolerance loose() {
    return new Tolerance(0, 100);
  }

  /** [1, 3, 1, 2]: the scores of the left pixel, then those of the right one. */
  private static HostTensor scores(float a, float b, float c, float d, float e, float f) {
    return HostTensor.ofFloats(new float[] {a, d, b, e, c, f}, 1, 3, 1, 2);
  }
}
