package io.repfold.graph;

import static io.repfold.graph.Nodes.apply;
import static io.repfold.graph.Nodes.counting;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Windows whose output no array holds are refused, not computed with numbers that wrapped around.
 */
class HugeWindowsTest {
  private static final int MOST = Integer.MAX_VALUE;

  private static Window line(int stride, int begin, int end) {
    return Window.of(List.of(stride), List.of(), List.of(begin, end));
  }

  @Test
  void padding_of_more_than_an_array() {
    Op pool = new Op.AveragePool(List.of(1), line(1, MOST, 0), true, false);

    assertThatThrownBy(() -> apply(pool, counting(1, 1, 5)))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessageContaining(
            "spatial axis 0 has 2147483652 elements with padding 2147483647 and 0");
  }

  @Test
  void padding_of_more_than_an_array_in_few_positions() {
    Op pool = new Op.MaxPool(List.of(1), line(MOST, MOST, MOST), false, false);

    assertThatThrownBy(() -> apply(pool, counting(1, 1, 5)))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessageContaining("more than 2^31 - 1");
  }

  @Test
  void a_transposed_convolution_to_more_than_an_array() {
    Op far = new Op.ConvTranspose(line(MOST, 0, 0), 1, List.of(), List.of());
    Window same = new Window(Window.AutoPad.SAME_UPPER, List.of(MOST), List.of(), List.of());
    Op padded = new Op.ConvTranspose(same, 1, List.of(), List.of());

    for (Op op : List.of(far, padded)) {
      assertThatThrownBy(() -> apply(op, counting(1, 1, 5), counting(1, 1, 2)))
          .isInstanceOf(InvalidGraphException.class)
          .hasMessageContaining("elements on spatial axis 0, more than 2^31 - 1");
    }
  }
}
