package io.repfold.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.repfold.runtime.ElementType;
import io.repfold.runtime.HostTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ComparisonTest {
  private static final float NAN = Float.NaN;
  private static final float INFINITE = Float.POSITIVE_INFINITY;

  @Test
  void the_numbers_are_those_worked_out_by_hand() {
    Comparison c = compare(floats(3, -4, 0, 0), floats(3, -3.5f, 0.25f, 0));

    assertThat(c.elements()).isEqualTo(4);
    assertThat(c.compared()).isEqualTo(4);
    assertThat(c.differing()).isEqualTo(2);
    assertThat(c.maxAbsError()).isEqualTo(0.5);
    assertThat(c.worstIndex()).isEqualTo(1);
    assertThat(c.worstReference()).isEqualTo(-4);
    assertThat(c.worstCandidate()).isEqualTo(-3.5);
    assertThat(c.referenceMaxAbs()).isEqualTo(4);
    assertThat(c.maxRelativeError()).isEqualTo(0.125);
    assertThat(c.meanAbsError()).isEqualTo(0.1875);
    // dot 9 + 14 = 23, norms 5 and sqrt(9 + 12.25 + 0.0625)
    assertThat(c.cosineSimilarity()).isEqualTo(23 / (5 * Math.sqrt(21.3125)), within(1e-15));
    // mean squared error (0.25 + 0.0625) / 4, peak 4
    assertThat(c.psnr()).isEqualTo(10 * Math.log10(16 / 0.078125), within(1e-12));
    assertThat(c.unmatched()).isZero();
  }

  @Test
  void equal_tensors_have_no_error() {
    Comparison c = compare(floats(1, 2), floats(1, 2));
    assertThat(c.maxAbsError()).isZero();
    assertThat(c.worstIndex()).isZero();
    assertThat(c.maxRelativeError()).isZero();
    assertThat(c.cosineSimilarity()).isEqualTo(1, within(1e-15));
    assertThat(c.psnr()).isEqualTo(Double.POSITIVE_INFINITY);
  }

  @Test
  void zeros_divide_nothing() {
    Comparison same = compare(floats(0, 0), floats(0, -0.0f));
    assertThat(same.maxRelativeError()).isZero();
    assertThat(same.cosineSimilarity()).isEqualTo(1);
    Comparison other = compare(floats(0, 0), floats(0, 1));
    assertThat(other.maxRelativeError()).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(other.cosineSimilarity()).isZero();
    assertThat(other.psnr()).isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @Test
  void an_empty_tensor_has_no_worst_element() {
    Comparison c = compare(floats(), floats());
    assertThat(c.worstIndex()).isEqualTo(-1);
    assertThat(c.worstReference()).isNaN();
    assertThat(c.meanAbsError()).isZero();
  }

  @Test
  void nan_and_infinity_are_counted_and_kept_out_of_the_errors() {
    Comparison c =
        compare(
            floats(NAN, INFINITE, -INFINITE, 2, NAN, INFINITE, 1),
            floats(NAN, INFINITE, -INFINITE, 2.5f, 1, -INFINITE, INFINITE));

    assertThat(c.reference()).isEqualTo(new Specials(2, 3));
    assertThat(c.candidate()).isEqualTo(new Specials(1, 4));
    assertThat(c.unmatched()).isEqualTo(3);
    assertThat(c.firstUnmatched()).isEqualTo(4);
    assertThat(c.compared()).isEqualTo(1);
    assertThat(c.maxAbsError()).isEqualTo(0.5);
    assertThat(c.meanAbsError()).isEqualTo(0.5);
    assertThat(c.worstIndex()).isEqualTo(3);
    assertThat(c.referenceMaxAbs()).isEqualTo(2);
  }

  @Test
  void the_first_element_can_be_the_worst_and_the_first_that_does_not_match() {
    Comparison worst = compare(floats(2, 3), floats(4, 3.5f));
    assertThat(worst.worstIndex()).isZero();
    assertThat(worst.worstReference()).isEqualTo(2);
    assertThat(worst.worstCandidate()).isEqualTo(4);

    Comparison unmatched = compare(floats(1, 2, NAN), floats(NAN, INFINITE, NAN));
    assertThat(unmatched.firstUnmatched()).isZero();
    assertThat(unmatched.unmatched()).isEqualTo(2);
  }

  /** Of five, one is off and two are NaN or infinite on one side only. */
  @Test
  void what_does_not_match_is_not_equal_either() {
    Comparison c = compare(floats(1, 2, 3, 4, NAN), floats(1, 2.5f, NAN, INFINITE, NAN));
    assertThat(c.equalFraction()).isEqualTo(0.4, within(1e-15));
    assertThat(compare(floats(), floats()).equalFraction()).isEqualTo(1);
  }

  @Test
  void large_integers_that_are_one_double_are_still_told_apart() {
    HostTensor one = HostTensor.ofLongs(new long[] {1L << 60}, 1);
    HostTensor next = HostTensor.ofLongs(new long[] {(1L << 60) + 1}, 1);
    assertThat(compare(one, next).differing()).isEqualTo(1);
    assertThat(compare(one, one).differing()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void every_type_can_be_compared(ElementType type) {
    HostTensor one = HostTensor.of(type, new double[] {0, 1, 1}, 3);
    HostTensor two = HostTensor.of(type, new double[] {0, 1, 0}, 3);
    assertThat(compare(one, two).maxAbsError()).isEqualTo(1);
    assertThat(compare(one, two).worstIndex()).isEqualTo(2);
  }

  @Test
  void other_shapes_and_types_cannot_be_compared() {
    assertThatThrownBy(() -> compare(floats(1, 2), HostTensor.ofFloats(new float[] {1, 2}, 1, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Only tensors of one type and shape can be compared, not float32[2] with float32[1, 2]");
    assertThatThrownBy(() -> compare(floats(1), HostTensor.ofLongs(new long[] {1}, 1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Comparison compare(HostTensor reference, HostTensor candidate) {
    return Comparison.of(reference, candidate, Tolerance.NETWORK, 1);
  }

  private static HostTensor floats(float... values) {
    return HostTensor.ofFloats(values, values.length);
  }
}
