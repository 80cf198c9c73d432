package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LossCurveTest {
  @Test
  void the_highest_mean_is_at_the_top_and_zero_at_the_bottom() {
    assertThat(LossCurve.of(List.of(3.0, 1.0, 0.0, 0.0), 2))
        .containsEntry("points", "44.0,10.0 720.0,176.0")
        .containsEntry("steps", "loss over 4 steps");
  }

  @Test
  void a_loss_that_is_always_zero_is_a_line_at_the_bottom() {
    assertThat(LossCurve.of(List.of(0.0, 0.0), 1))
        .containsEntry("points", "44.0,176.0 720.0,176.0");
  }
}
