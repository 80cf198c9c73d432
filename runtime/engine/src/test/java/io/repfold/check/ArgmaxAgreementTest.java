package io.repfold.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.runtime.HostTensor;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ArgmaxAgreementTest {
  /** Two pixels, three channels; the first pixel is clear, the second close. */
  private static final HostTensor REFERENCE = scores(5, 1, 2, 1.1f, 1, 0);

  @Test
  void a_swap_within_the_margin_is_counted_but_not_held_against() {
    HostTensor candidate = scores(5, 1, 2, 1, 1.1f, 0);
    assertThat(ArgmaxAgreement.of(REFERENCE, candidate, 0.2))
        .hasValue(new ArgmaxAgreement(2, 0, 1, 0, 0.2));
  }

  @Test
  void a_swap_beyond_the_margin_is_held_against() {
    HostTensor candidate = scores(1, 1, 2, 1.1f, 1, 0);
    ArgmaxAgreement agreement = ArgmaxAgreement.of(REFERENCE, candidate, 2.9).orElseThrow();
    assertThat(agreement).isEqualTo(new ArgmaxAgreement(2, 0, 1, 1, 2.9));
    assertThat(agreement.agreement()).isEqualTo(0.5);
    assertThat(ArgmaxAgreement.of(REFERENCE, candidate, 3.1))
        .hasValue(new ArgmaxAgreement(2, 0, 1, 0, 3.1));
  }

  @Test
  void of_equal_scores_the_first_wins_and_has_no_lead() {
    HostTensor tie = scores(1, 1, 1, 1, 0, 0);
    HostTensor second = scores(0, 1, 1, 1, 0, 0);
    assertThat(ArgmaxAgreement.of(tie, tie, 0)).hasValue(new ArgmaxAgreement(2, 0, 0, 0, 0));
    assertThat(ArgmaxAgreement.of(tie, second, 0)).hasValue(new ArgmaxAgreement(2, 0, 1, 0, 0));
  }

  @Test
  void positions_with_nan_are_left_out_and_infinities_are_scores() {
    HostTensor nan = scores(5, 1, 2, Float.NaN, 1, 0);
    assertThat(ArgmaxAgreement.of(REFERENCE, nan, 0)).hasValue(new ArgmaxAgreement(1, 1, 0, 0, 0));
    float infinite = Float.POSITIVE_INFINITY;
    HostTensor one = scores(infinite, 0, infinite, 0, 0, 0);
    assertThat(ArgmaxAgreement.of(one, one, 1)).hasValue(new ArgmaxAgreement(2, 0, 0, 0, 1));
    HostTensor other = scores(0, 0, infinite, 0, 0, 0);
    assertThat(ArgmaxAgreement.of(one, other, 1)).hasValue(new ArgmaxAgreement(2, 0, 1, 0, 1));
  }

  @Test
  void a_batch_of_class_scores_has_one_position_an_item() {
    HostTensor reference = HostTensor.ofFloats(new float[] {0, 1, 2, 3, 2, 1}, 2, 3);
    HostTensor candidate = HostTensor.ofFloats(new float[] {0, 1, 2, 1, 2, 3}, 2, 3);
    assertThat(ArgmaxAgreement.of(reference, candidate, 0.5))
        .hasValue(new ArgmaxAgreement(2, 0, 1, 1, 0.5));
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
                4.5))
        .hasValue(new ArgmaxAgreement(6, 0, 2, 2, 4.5));
    assertThat(
            ArgmaxAgreement.of(
                HostTensor.ofFloats(reference, 2, 2, 1, 3),
                HostTensor.ofFloats(candidate, 2, 2, 1, 3),
                5))
        .hasValue(new ArgmaxAgreement(6, 0, 2, 0, 5));
  }

  @Test
  void without_channels_there_is_no_agreement_to_speak_of() {
    HostTensor vector = HostTensor.ofFloats(new float[] {1, 2}, 2);
    HostTensor mask = HostTensor.ofFloats(new float[] {1, 2}, 1, 1, 2);
    HostTensor none = HostTensor.ofFloats(new float[0], 0, 3);
    HostTensor labels = HostTensor.ofLongs(new long[] {1, 2}, 1, 2);
    for (HostTensor tensor : new HostTensor[] {vector, mask, none, labels}) {
      assertThat(ArgmaxAgreement.of(tensor, tensor, 0)).as(tensor.toString()).isEmpty();
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
              loose());
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
