package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.runtime.ElementType;
import io.repfold.runtime.HostTensor;
import org.junit.jupiter.api.Test;

class OutputAgreementTest {
  private static HostTensor floats(float[] values, long... shape) {
    return HostTensor.ofFloats(values, shape);
  }

  private static OutputAgreement of(HostTensor reference, HostTensor candidate) {
    return OutputAgreement.of("y", reference, candidate, 0.5);
  }

  @Test
  void channels_decide_at_each_pixel() {
    HostTensor reference = floats(new float[] {1, 2, 3, 4, 4, 3, 2, 1}, 1, 2, 4);
    HostTensor half =
        HostTensor.of(ElementType.FLOAT16, new double[] {1, 2, 1.5, 4, 4, 3, 2, 1}, 1, 2, 4);

    OutputAgreement found = of(reference, half);

    assertThat(found)
        .isEqualTo(new OutputAgreement("y", OutputAgreement.Kind.CHANNEL, 4, 1, 1.5, 4, 0));
    assertThat(found.share()).isEqualTo(0.75);
  }

  @Test
  void a_pixel_that_is_lost_does_not_agree() {
    HostTensor reference = floats(new float[] {1, 2, 3, 4}, 1, 2, 2);
    HostTensor lost = floats(new float[] {1, 2, Float.NaN, Float.POSITIVE_INFINITY}, 1, 2, 2);

    assertThat(of(reference, lost))
        .isEqualTo(new OutputAgreement("y", OutputAgreement.Kind.CHANNEL, 2, 1, 0, 4, 2));
  }

  @Test
  void one_channel_is_on_a_side_of_the_threshold() {
    HostTensor reference = floats(new float[] {0.9f, 0.6f, 0.4f, 0.1f, 0.2f}, 1, 1, 5);
    HostTensor candidate = floats(new float[] {0.8f, 0.4f, 0.6f, 0.1f, Float.NaN}, 1, 1, 5);

    OutputAgreement found = of(reference, candidate);

    assertThat(found.kind()).isEqualTo(OutputAgreement.Kind.THRESHOLD);
    assertThat(found.disagreements()).isEqualTo(3);
    assertThat(found.notFinite()).isEqualTo(1);
    assertThat(OutputAgreement.of("y", reference, candidate, 0.05).disagreements()).isEqualTo(1);
  }

  @Test
  void integers_must_be_equal_and_samples_add_up() {
    OutputAgreement first =
        of(HostTensor.ofLongs(new long[] {1, 2}, 2), HostTensor.ofLongs(new long[] {1, 3}, 2));
    OutputAgreement second =
        of(HostTensor.ofLongs(new long[] {5, 5}, 2), HostTensor.ofLongs(new long[] {5, 5}, 2));

    assertThat(first.and(second))
        .isEqualTo(new OutputAgreement("y", OutputAgreement.Kind.INTEGER, 4, 1, 1, 5, 0));
  }

  @Test
  void another_shape_is_a_defect() {
    assertThatThrownBy(() -> of(floats(new float[2], 1, 2), floats(new float[2], 2, 1)))
        .hasMessageContaining("Output 'y'");
  }
}
