package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelTest {
  @ParameterizedTest(name = "{0} taps, dilation {1}: pads {2} and {3}")
  @CsvSource({"1, 1, 0, 0", "3, 1, 1, 1", "3, 4, 4, 4", "2, 1, 0, 1", "4, 3, 3, 6", "7, 2, 6, 6"})
  void the_default_pads_keep_the_size_and_a_tap_on_the_pixel(
      int taps, int dilation, int begin, int end) {
    Kernel kernel = Kernel.of(taps, 1).withDilation(dilation, 1);
    assertThat(kernel.pads()).containsExactly(begin, 0, end, 0);
    assertThat(kernel.center(0) * dilation).isEqualTo(begin);
    for (int size = 1; size < 9; size++) {
      assertThat(kernel.outputs(0, size)).isEqualTo(size);
      assertThat(kernel.withStride(2).outputs(0, size)).isEqualTo((size + 1) / 2);
    }
  }

  @Test
  void explicit_pads_stay_when_the_dilation_changes() {
    Kernel kernel = Kernel.of(3).withPads(1, 2, 3, 4).withDilation(2);
    assertThat(kernel.pads()).containsExactly(1, 2, 3, 4);
    assertThat(kernel.window())
        .isEqualTo(Window.of(List.of(1, 1), List.of(2, 2), List.of(1, 2, 3, 4)));
    assertThat(kernel.outputs(0, 5)).isEqualTo(5);
    assertThat(kernel.withoutPads().outputs(0, 4)).isZero();
    assertThat(kernel.withoutPads().withStride(3).outputs(0, 1)).isNotPositive();
  }

  @Test
  void mistakes_are_named() {
    assertThatThrownBy(() -> Kernel.of(0))
        .hasMessage("kernel size must be height and width, each at least 1, got [0, 0]");
    assertThatThrownBy(() -> Kernel.of(3).withStride(0))
        .hasMessage("strides must be height and width, each at least 1, got [0, 0]");
    assertThatThrownBy(() -> Kernel.of(3).withPads(0, 0, -1, 0))
        .hasMessage("pads must be top, left, bottom, right and not negative, got [0, 0, -1, 0]");
  }
}
