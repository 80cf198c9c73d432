package io.repfold.pipeline.convert;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.precision.Decisions;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.HostTensor;
import org.junit.jupiter.api.Test;

class OutputAgreementTest {
  private static HostTensor floats(float[] values, long... shape) {
    return HostTensor.ofFloats(values, shape);
  }

  private static OutputAgreement of(HostTensor reference, HostTensor candidate) {
    return OutputAgreement.of("y", reference, candidate, 0.5, 1);
  }

  @Test
  void channels_decide_at_each_pixel() {
    HostTensor reference = floats(new float[] {1, 2, 3, 4, 4, 3, 2, 1}, 1, 2, 4);
    HostTensor half =
        HostTensor.of(ElementType.FLOAT16, new double[] {1, 2, 1.5, 4, 4, 3, 2, 1}, 1, 2, 4);

    OutputAgreement found = of(reference, half);

    assertThat(found).isEqualTo(new OutputAgreement("y", Decisions.Kind.CHANNEL, 4, 1, 1.5, 4, 0));
    assertThat(found.share()).isEqualTo(0.75);
  }

  @Test
  void channels_may_lie_on_any_axis() {
    HostTensor reference = floats(new float[] {1, 2, 3, 4, 4, 3, 2, 1, 9, 8, 7, 6}, 1, 3, 4);
    HostTensor candidate = floats(new float[] {1, 2, 3, 2, 4, 3, 2, 1, 9, 8, 7, 6}, 1, 3, 4);

    OutputAgreement last = OutputAgreement.of("y", reference, candidate, 0.5, 2);

    assertThat(last).isEqualTo(new OutputAgreement("y", Decisions.Kind.CHANNEL, 3, 1, 2, 9, 0));
    assertThat(of(reference, candidate).positions()).isEqualTo(4);
    assertThat(of(reference, candidate).disagreements()).isZero();
  }

  @Test
  void a_pixel_that_is_lost_does_not_agree() {
    HostTensor reference = floats(new float[] {1, 2, 3, 4}, 1, 2, 2);
    HostTensor lost = floats(new float[] {1, 2, Float.NaN, Float.POSITIVE_INFINITY}, 1, 2, 2);

    assertThat(of(reference, lost))
        .isEqualTo(new OutputAgreement("y", Decisions.Kind.CHANNEL, 2, 1, 0, 4, 2));
  }

  @Test
  void one_channel_is_on_a_side_of_the_threshold() {
    HostTensor reference = floats(new float[] {0.9f, 0.6f, 0.4f, 0.1f, 0.2f}, 1, 1, 5);
    HostTensor candidate = floats(new float[] {0.8f, 0.4f, 0.6f, 0.1f, Float.NaN}, 1, 1, 5);

    OutputAgreement found = of(reference, candidate);

    assertThat(found.kind()).isEqualTo(Decisions.Kind.THRESHOLD);
    assertThat(found.disagreements()).isEqualTo(3);
    assertThat(found.notFinite()).isEqualTo(1);
    assertThat(OutputAgreement.of("y", reference, candidate, 0.05, 1).disagreements()).isEqualTo(1);
  }

  @Test
  void integers_must_be_equal_and_samples_add_up() {
    OutputAgreement first =
        of(HostTensor.ofLongs(new long[] {1, 2}, 2), HostTensor.ofLongs(new long[] {1, 3}, 2));
    OutputAgreement second =
        of(HostTensor.ofLongs(new long[] {5, 5}, 2), HostTensor.ofLongs(new long[] {5, 5}, 2));

    assertThat(first.and(second))
        .isEqualTo(new OutputAgreement("y", Decisions.Kind.INTEGER, 4, 1, 1, 5, 0));
  }

  @Test
  void what_only_one_of_two_sizes_has_differs() {
    OutputAgreement found =
        of(HostTensor.ofLongs(new long[] {1, 2}, 2), HostTensor.ofLongs(new long[] {1, 2, 3}, 3));

    assertThat(found).isEqualTo(new OutputAgreement("y", Decisions.Kind.INTEGER, 3, 1, 0, 2, 0));
    assertThat(of(floats(new float[2], 1, 2), floats(new float[2], 2, 1)).share()).isZero();
  }
}
