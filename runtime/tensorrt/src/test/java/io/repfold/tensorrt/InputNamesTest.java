package io.repfold.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class InputNamesTest {
  private final InputNames names = new InputNames(Set.of("x", "y"));

  @Test
  void an_input_that_is_an_output_is_found_in_the_plan() {
    assertThat(names.inPlan("x")).isEqualTo("__x");
    assertThat(names.inModel("__x")).isEqualTo("x");
  }

  @Test
  void other_inputs_keep_their_names() {
    assertThat(names.inPlan("image")).isEqualTo("image");
    assertThat(names.inModel("image")).isEqualTo("image");
    assertThat(names.inPlan("__mask")).isEqualTo("__mask");
    assertThat(names.inModel("__mask")).isEqualTo("__mask");
  }
}
