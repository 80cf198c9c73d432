package io.repfold.fold;

import io.repfold.graph.Op;
import io.repfold.graph.Window;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An average is a convolution only if it divides by the same number everywhere. */
class AveragesTest {
  private static final String CEILS = "ceil_mode may add a last position";

  private final Net net = new Net();

  private static Op pool(int taps, int stride, int dilation, int begin, int end, boolean ceil) {
    Window window = Window.of(List.of(stride), List.of(dilation), List.of(begin, end));
    return new Op.AveragePool(List.of(taps), window, ceil, true);
  }

  /**
   * Rounding up adds a position, which may hold less than a window, unless the windows end where
   * the image does. Whether they do is counted here by walking along it.
   */
  @Test
  void rounding_up_folds_where_the_windows_end_with_the_image() {
    for (int taps = 2; taps <= 3; taps++) {
      for (int stride = 1; stride <= 3; stride++) {
        for (int dilation = 1; dilation <= 2; dilation++) {
          for (int begin = 0; begin <= 1; begin++) {
            for (int end = 0; end <= 1; end++) {
              int reach = dilation * (taps - 1) + 1;
              for (int size = reach; size <= 8; size++) {
                int last = -begin;
                while (last + stride + reach <= size + end) {
                  last += stride;
                }
                boolean endsThere = last + reach == size + end;
                Verified verified =
                    normalized(pool(taps, stride, dilation, begin, end, true), size);
                if (endsThere || stride == 1) {
                  verified.becomes("Conv");
                } else {
                  verified.isLeftAlone(CEILS);
                }
              }
            }
          }
        }
      }
    }
  }

  private static Verified normalized(Op pool, int size) {
    Net net = new Net();
    return net.fold(net.b.batchNorm(net.op(pool, net.image("x", "4", "" + size))));
  }

  @ParameterizedTest(name = "height {0}, width {1}")
  @CsvSource({"6, 7, true", "H, 6, false", "5, W, false", "H, W, false"})
  void rounding_up_along_an_axis_of_stride_1_adds_nothing(
      String height, String width, boolean folds) {
    Window window = Window.of(List.of(1, 2), List.of(), List.of());
    Op pool = new Op.AveragePool(List.of(2, 3), window, true, true);
    Verified verified = net.fold(net.b.batchNorm(net.op(pool, net.image("x", "4", height, width))));
    if (folds) {
      verified.becomes("Conv");
    } else {
      verified.isLeftAlone(CEILS);
    }
  }

  @Test
  void rounding_up_an_image_of_unknown_rank_stays() {
    Window window = Window.of(List.of(2, 2), List.of(), List.of());
    Op pool = new Op.AveragePool(List.of(2, 2), window, true, true);
    String x = net.image("x", "4", "5", "4");
    String other = net.b.relu(net.b.batchNorm(x));
    net.foldUnranked(other, net.b.batchNorm(net.op(pool, x))).isLeftAlone(CEILS);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void a_single_pad_that_does_not_count_is_enough_to_stay(int side) {
    Integer[] pads = {0, 0, 0, 0};
    pads[side] = 1;
    Window window = Window.of(List.of(), List.of(), List.of(pads));
    Op pool = new Op.AveragePool(List.of(2, 3), window, false, false);
    net.fold(net.b.batchNorm(net.op(pool, net.image("x", "4", "H", "W"))))
        .isLeftAlone("count_include_pad is 0", "divides by fewer elements");
  }

  @ParameterizedTest
  @CsvSource({"SAME_UPPER, false", "SAME_LOWER, false", "VALID, true"})
  void automatic_pads_that_do_not_count(Window.AutoPad pads, boolean folds) {
    Window window = new Window(pads, List.of(), List.of(), List.of());
    Op pool = new Op.AveragePool(List.of(2, 3), window, false, false);
    Verified verified = net.fold(net.b.batchNorm(net.op(pool, net.image("x", "4", "5", "6"))));
    if (folds) {
      verified.becomes("Conv");
    } else {
      verified.isLeftAlone("count_include_pad is 0");
    }
  }

  @ParameterizedTest
  @CsvSource({"16777216, Conv", "16777217, AveragePool"})
  void a_stride_that_no_image_has(int stride, String becomes) {
    Verified verified = normalized(pool(1, stride, 1, 0, 0, false), 5);
    org.assertj.core.api.Assertions.assertThat(verified.types().get(0)).isEqualTo(becomes);
  }

  @Test
  void an_average_of_unknown_channels_stays() {
    String x = net.image("x", "C", "H", "W");
    Op pool = new Op.AveragePool(List.of(2, 2), Window.DEFAULT, false, true);
    net.fold(net.op(new Op.Unary(Op.Unary.Function.NEG), net.op(pool, x)))
        .becomes("AveragePool", "Neg");
  }

  /** A convolution in its place would multiply. */
  @Test
  void an_average_of_one_element_behind_a_pad_or_slice_stays() {
    Op sampling = pool(1, 2, 1, 0, 0, false);
    String x = net.image("x", "4", "H");
    String padded = net.op(Net.PAD, x, net.longs(0, 0, 1, 0, 0, 1));
    String cut = net.op(Net.SLICE, x, net.longs(1), net.longs(Integer.MAX_VALUE), net.longs(2));
    String between = net.op(sampling, cut);
    net.fold(net.op(sampling, padded), net.op(Net.PAD, between, net.longs(0, 0, 1, 0, 0, 0)))
        .becomes("Pad", "Slice", "AveragePool", "AveragePool", "Pad");
  }

  @Test
  void averages_with_strides_dilations_and_pads_fold() {
    Window window = Window.of(List.of(1, 3), List.of(2, 1), List.of(2, 1, 0, 3));
    Op pool = new Op.AveragePool(List.of(2, 3), window, false, true);
    net.fold(net.b.batchNorm(net.op(pool, net.image("x", "4", "H", "W")))).becomes("Conv");
  }
}
