package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Value;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.HostTensor;
import java.util.List;
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

    assertThat(found)
        .isEqualTo(new OutputAgreement("y", OutputAgreement.Kind.CHANNEL, 4, 1, 1.5, 4, 0));
    assertThat(found.share()).isEqualTo(0.75);
  }

  @Test
  void channels_may_lie_on_any_axis() {
    HostTensor reference = floats(new float[] {1, 2, 3, 4, 4, 3, 2, 1, 9, 8, 7, 6}, 1, 3, 4);
    HostTensor candidate = floats(new float[] {1, 2, 3, 2, 4, 3, 2, 1, 9, 8, 7, 6}, 1, 3, 4);

    OutputAgreement last = OutputAgreement.of("y", reference, candidate, 0.5, 2);

    assertThat(last)
        .isEqualTo(new OutputAgreement("y", OutputAgreement.Kind.CHANNEL, 3, 1, 2, 9, 0));
    assertThat(of(reference, candidate).positions()).isEqualTo(4);
    assertThat(of(reference, candidate).disagreements()).isZero();
  }

  @Test
  void a_softmax_tells_the_axis() {
    Graph graph =
        new Graph.Builder("text")
            .input(Value.float32("x", 1, 3, 4))
            .node(new Op.Softmax(-1, false), List.of("x"), "y")
            .node(new Op.Unary(Op.Unary.Function.RELU), List.of("x"), "z")
            .output(Value.float32("y", 1, 3, 4))
            .output(Value.float32("z", 1, 3, 4))
            .build();

    assertThat(ClassAxes.of(graph).of("y", 3)).isEqualTo(2);
    assertThat(ClassAxes.of(graph).of("z", 3)).isEqualTo(1);
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
    assertThat(OutputAgreement.of("y", reference, candidate, 0.05, 1).disagreements()).isEqualTo(1);
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
