package io.repfold.fold;

import io.repfold.graph.ElementType;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Window;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Windows at the ends of what is looked at, and pads that the image's size decides. */
class WindowSizesTest {
  private static final int FARTHEST = 1 << 24;

  private final Net net = new Net();

  private static Window row(int stride, int dilation, int begin, int end) {
    return Window.of(List.of(stride), List.of(dilation), List.of(begin, end));
  }

  private static Verified normalizedRow(Window window, int taps, String length) {
    Net net = new Net();
    String x = net.image("x", "2", length);
    return net.fold(net.b.batchNorm(net.conv(x, window, 1, 3, 2, taps)));
  }

  @ParameterizedTest(name = "stride {0}, dilation {1} of {2} taps, pads {3} and {4}")
  @CsvSource({
    "16777216, 1, 1, 0, 0",
    "16777216, 1, 2, 0, 0",
    "16777216, 1, 1, 16777216, 0",
    "16777216, 1, 1, 0, 16777216",
    "1, 8388608, 2, 8388608, 0",
    "1, 16777216, 1, 0, 0"
  })
  void as_far_as_an_image_may_reach_a_norm_folds(
      int stride, int dilation, int taps, int begin, int end) {
    normalizedRow(row(stride, dilation, begin, end), taps, "5").becomes("Conv");
  }

  @ParameterizedTest(name = "stride {0}, dilation {1} of {2} taps, pads {3} and {4}")
  @CsvSource({
    "16777217, 1, 1, 0, 0",
    "16777216, 1, 1, 16777217, 0",
    "16777216, 1, 1, 0, 16777217",
    "1, 8388609, 2, 8388608, 3",
    "1, 16777217, 1, 0, 0"
  })
  void farther_it_stays(int stride, int dilation, int taps, int begin, int end) {
    normalizedRow(row(stride, dilation, begin, end), taps, "5")
        .isLeftAlone("its window has more than 65536 elements, or reaches farther than 16777216");
  }

  @Test
  void a_kernel_of_the_most_taps_folds_and_a_larger_one_stays() {
    mostTaps(256, 256).becomes("Conv");
    mostTaps(256, 257).becomes("Conv", "BatchNormalization");
  }

  private static Verified mostTaps(int height, int width) {
    Net net = new Net();
    String x = net.image("x", "1", "" + height, "" + width);
    return net.fold(net.b.batchNorm(net.conv(x, 1, 1, height, width)));
  }

  /** Every small kernel at every small size, smaller than the kernel too. */
  @ParameterizedTest
  @EnumSource(names = {"SAME_UPPER", "SAME_LOWER", "VALID"})
  void automatic_pads_of_a_convolution(Window.AutoPad pads) {
    for (int taps = 1; taps <= 4; taps++) {
      for (int stride = 1; stride <= 3; stride++) {
        for (int dilation = 1; dilation <= 2; dilation++) {
          boolean valid = pads == Window.AutoPad.VALID;
          for (int size = valid ? dilation * (taps - 1) + 1 : 1; size <= 8; size++) {
            Window window = new Window(pads, List.of(stride), List.of(dilation), List.of());
            normalizedRow(window, taps, "" + size).becomes("Conv");
          }
        }
      }
    }
  }

  @Test
  void written_pads_do_not_count_beside_automatic_ones() {
    Window window = new Window(Window.AutoPad.VALID, List.of(1), List.of(1), List.of(2, 1));
    normalizedRow(window, 3, "L").becomes("Conv");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void a_norm_behind_automatic_pads_of_unknown_sizes_folds(int stride) {
    Window window = new Window(Window.AutoPad.SAME_LOWER, List.of(stride), List.of(2), List.of());
    normalizedRow(window, 4, "L").becomes("Conv");
  }

  @Test
  void automatic_pads_of_an_average_of_unknown_size_stay() {
    String x = net.image("x", "4", "5", "W");
    Window window = new Window(Window.AutoPad.SAME_UPPER, List.of(1, 2), List.of(), List.of());
    String pool = net.op(new Op.AveragePool(List.of(3, 3), window, false, true), x);
    net.fold(net.b.batchNorm(pool)).isLeftAlone("its auto_pad depends on the image size");
  }

  @Test
  void a_kernel_of_three_axes_that_all_differ_folds() {
    String x = net.image("x", "2", "D", "H", "W");
    Window window = Window.of(List.of(2, 1, 3), List.of(1, 3, 2), List.of(0, 3, 1, 2, 4, 0));
    net.fold(net.b.batchNorm(net.conv(x, window, 1, 4, 2, 3, 2, 1))).becomes("Conv");
  }

  @Test
  void a_convolution_without_output_channels_stays() {
    String x = net.image("x", "2", "3", "3");
    Tensor none = Tensor.ofDoubles(ElementType.DOUBLE, new double[0], 0, 2, 1, 1);
    String empty =
        net.b.op(
            "conv", new Op.Conv(Window.DEFAULT, 1), List.of(x, net.b.initializer("w", none)), 0);
    Tensor weight = Tensor.ofDoubles(ElementType.DOUBLE, new double[0], 0);
    String norm =
        net.b.op(
            "norm",
            new Op.BatchNormalization(0.1f, 0.9f, false),
            List.of(
                empty,
                net.b.initializer("gamma", weight),
                net.b.initializer("beta", weight),
                net.b.initializer("mean", weight),
                net.b.initializer("variance", weight)),
            0);
    net.fold(norm).becomes("Conv", "BatchNormalization");
  }

  /** The farthest written pads that can be reached by a Pad node too. */
  @Test
  void a_pad_node_farther_than_any_image_stays() {
    org.assertj.core.api.Assertions.assertThat(padTypes(FARTHEST)).doesNotContain("Pad");
    org.assertj.core.api.Assertions.assertThat(padTypes(FARTHEST + 1)).contains("Pad");
  }

  private static List<String> padTypes(int amount) {
    Net net = new Net();
    String x = net.image("x", "2", "5");
    String wide = net.op(Net.PAD, x, net.longs(0, 0, amount, 0, 0, 0));
    net.b.output(net.conv(wide, 3, 2, 1));
    return Folder.fold(net.b.build()).graph().nodes().stream().map(n -> n.op().type()).toList();
  }
}
