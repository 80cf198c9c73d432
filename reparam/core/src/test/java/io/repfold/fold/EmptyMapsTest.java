package io.repfold.fold;

import io.repfold.graph.Op;
import io.repfold.graph.Window;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What may have no pixels stays. The oracle here is ONNX Runtime's behavior, which the interpreter
 * does not share: it refuses windows larger than their image.
 */
class EmptyMapsTest {
  private static final String EMPTY = "is empty for small images";

  private final Net net = new Net();

  private String kernel(String x, int size) {
    return net.conv(x, 4, 4, size, size);
  }

  private String padded(String x) {
    return net.conv(x, Window.of(List.of(), List.of(), List.of(1, 1, 1, 1)), 1, 4, 4, 3, 3);
  }

  private String average(String x, int size, int stride) {
    Window window = Window.of(List.of(stride, stride), List.of(), List.of());
    return net.op(new Op.AveragePool(List.of(size, size), window, false, false), x);
  }

  private String cut(String x, long start, long end) {
    return net.op(Net.SLICE, x, net.longs(start), net.longs(end), net.longs(3));
  }

  @ParameterizedTest
  @CsvSource({"H, W, false", "9, 8, true", "9, W, false", "H, 8, true"})
  void a_slice_of_a_size_that_may_be_too_small(String height, String width, boolean folds) {
    Verified verified = net.fold(cut(padded(net.image("x", "4", height, width)), 1, -1));
    if (folds) {
      verified.becomes("Conv");
    } else {
      verified.isLeftAlone(EMPTY, "axis");
    }
  }

  @Test
  void a_slice_that_leaves_one_at_least() {
    Window wide = Window.of(List.of(), List.of(), List.of(2, 2, 2, 2));
    String value = net.conv(net.image("x", "4", "H", "W"), wide, 1, 4, 4, 3, 3);
    net.fold(cut(value, 1, -1)).becomes("Conv");
  }

  @Test
  void a_slice_whose_size_a_convolution_has_too() {
    String x = net.image("x", "4", "9", "W");
    String sum = net.b.add(List.of(net.conv(x, 4, 4, 1, 3), cut(x, 1, -1)));
    net.fold(sum).becomes("Conv");
  }

  @Test
  void a_slice_that_a_convolution_reads() {
    net.fold(kernel(net.b.relu(cut(padded(net.image("x", "4", "9", "W")), 1, -1)), 1))
        .becomes("Conv", "Relu", "Conv");
  }

  @Test
  void a_slice_that_is_pooled() {
    String value = net.b.relu(cut(padded(net.image("x", "4", "9", "W")), 1, -1));
    net.fold(net.b.globalAveragePool(value)).becomes("Conv", "Relu", "GlobalAveragePool");
  }

  @ParameterizedTest
  @CsvSource({"H, false", "5, true"})
  void an_average_larger_than_its_image(String height, boolean folds) {
    String pooled = average(net.image("x", "4", height, "8"), 3, 2);
    Verified verified = net.fold(net.b.batchNorm(pooled));
    if (folds) {
      verified.becomes("Conv");
    } else {
      verified.becomes("AveragePool", "BatchNormalization").saysWhy(EMPTY);
    }
  }

  @Test
  void a_pad_that_cuts() {
    Op pad =
        new Op.Pad(
            Op.Pad.Mode.CONSTANT, java.util.Optional.empty(), java.util.OptionalDouble.empty());
    String value = padded(net.image("x", "4", "9", "W"));
    net.fold(net.op(pad, value, net.longs(0, 0, 0, -1, 0, 0, 0, -1))).isLeftAlone(EMPTY);
  }

  @Test
  void a_pad_that_adds() {
    String value = padded(net.image("x", "4", "H", "W"));
    String wide = net.op(Net.PAD, value, net.longs(0, 0, 1, 1, 0, 0, 0, 1));
    net.fold(net.conv(wide, 4, 4, 1, 1)).becomes("Conv", "Conv");
  }

  /** The Pad makes an image of nothing, which a Conv with pads cannot. */
  @ParameterizedTest
  @CsvSource({"W, false", "8, true"})
  void a_pad_of_what_may_be_empty(String width, boolean folds) {
    String value = cut(net.b.relu(net.image("x", "4", "9", width)), 1, Long.MAX_VALUE);
    String wide = net.op(Net.PAD, value, net.longs(0, 0, 0, 0, 0, 0, 0, 1));
    Verified verified = net.fold(net.conv(wide, 4, 4, 1, 1));
    if (folds) {
      verified.becomes("Relu", "Slice", "Conv");
    } else {
      verified.isLeftAlone(EMPTY);
    }
  }
}
