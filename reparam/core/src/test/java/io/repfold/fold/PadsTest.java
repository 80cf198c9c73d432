package io.repfold.fold;

import io.repfold.graph.Op;
import io.repfold.graph.Window;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A Pad node is an affine map if it lays known zeros around an image, and nothing else. */
class PadsTest {
  private final Net net = new Net();
  private final String x = net.image("x", "4", "H", "W");

  private String conv(String value) {
    return net.conv(value, 4, 4, 2, 2);
  }

  private String padded(long... pads) {
    return net.op(Net.PAD, x, net.longs(pads));
  }

  @Test
  void zeros_on_each_side_fold() {
    net.fold(conv(padded(0, 0, 1, 2, 0, 0, 3, 4))).becomes("Conv");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void zeros_before_or_after_the_batch_stay(int place) {
    long[] pads = {0, 0, 1, 0, 0, 0, 0, 1};
    pads[place] = 1;
    net.fold(conv(padded(pads))).becomes("Pad", "Conv");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5})
  void zeros_before_or_after_the_channels_stay(int place) {
    long[] pads = {0, 0, 1, 0, 0, 0, 0, 1};
    pads[place] = 1;
    net.fold(net.conv(padded(pads), 4, 5, 2, 2)).becomes("Pad", "Conv");
  }

  @ParameterizedTest
  @CsvSource({"REFLECT", "EDGE"})
  void a_border_that_repeats_the_image_stays(Op.Pad.Mode mode) {
    Op pad = new Op.Pad(mode, Optional.empty(), OptionalDouble.empty());
    net.fold(conv(net.op(pad, x, net.longs(0, 0, 1, 1, 0, 0, 1, 1)))).becomes("Pad", "Conv");
  }

  @ParameterizedTest
  @CsvSource({"'', Conv", "0, Conv", "-0.0, Conv", "0.5, Pad Conv", "NaN, Pad Conv"})
  void a_value_as_attribute(String value, String becomes) {
    OptionalDouble number =
        value.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(value));
    Op pad =
        new Op.Pad(
            Op.Pad.Mode.CONSTANT, Optional.of(List.of(0L, 0L, 1L, 0L, 0L, 0L, 2L, 1L)), number);
    net.b.output(conv(net.op(pad, x)));
    Verified.fold(net.b.build().toBuilder().opset("", 10).build()).becomes(becomes.split(" ", -1));
  }

  @ParameterizedTest
  @CsvSource({"0, '', Conv", "0, 1, Conv", "1e-300, '', Pad Conv", "-1, 1, Pad Conv"})
  void a_value_as_constant(double value, String dims, String becomes) {
    long[] shape = dims.isEmpty() ? new long[0] : new long[] {Long.parseLong(dims)};
    String pads = net.longs(0, 0, 1, 0, 0, 0, 2, 1);
    net.fold(conv(net.op(Net.PAD, x, pads, net.reals(value, shape))))
        .becomes(becomes.split(" ", -1));
  }

  @Test
  void a_value_that_is_computed_stays() {
    Op mean = new Op.Reduce(Op.Reduce.Function.MEAN, Optional.empty(), false, false);
    String value = net.op(mean, x);
    net.fold(conv(net.op(Net.PAD, x, net.longs(0, 0, 1, 0, 0, 0, 2, 1), value)))
        .becomes("ReduceMean", "Pad", "Conv");
  }

  @Test
  void amounts_that_are_computed_stay() {
    String size = net.op(new Op.ShapeOf(2, Optional.of(4)), x);
    String amounts = net.op(new Op.Concat(0), net.longs(0, 0, 1, 1, 0, 0), size);
    net.fold(conv(net.op(Net.PAD, x, amounts))).becomes("Shape", "Concat", "Pad", "Conv");
  }

  @Test
  void axes_that_are_computed_stay() {
    String axis = net.op(new Op.ShapeOf(0, Optional.of(1)), x);
    net.fold(conv(net.op(Net.PAD, x, net.longs(1, 2), "", axis))).becomes("Shape", "Pad", "Conv");
  }

  @ParameterizedTest(name = "axes {0}")
  @CsvSource({
    "3, 0 1 0 2",
    "-1, 0 1 0 2",
    "2, 1 0 2 0",
    "-2, 1 0 2 0",
    "3 2, 2 1 0 3",
    "-1 2, 2 1 0 3",
    "2 -1, 1 2 3 0"
  })
  void amounts_of_some_axes_fold_as_those_of_all(String axes, String found) {
    long[] on = longs(axes);
    long[] pads = on.length == 1 ? new long[] {1, 2} : new long[] {1, 2, 3, 0};
    Verified verified =
        net.fold(conv(net.op(Net.PAD, x, net.longs(pads), "", net.longs(on)))).becomes("Conv");
    Op.Conv conv = (Op.Conv) verified.graph().nodes().get(0).op();
    org.assertj.core.api.Assertions.assertThat(conv.window().pads())
        .isEqualTo(Arrays.stream(longs(found)).mapToObj(Math::toIntExact).toList());
  }

  private static long[] longs(String words) {
    return Arrays.stream(words.split(" ", -1)).mapToLong(Long::parseLong).toArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-4", "1", "-3"})
  void amounts_of_the_batch_or_the_channels_by_axis_stay(String axis) {
    boolean batch = axis.equals("0") || axis.equals("-4");
    String wide = net.op(Net.PAD, x, net.longs(1, 0), "", net.longs(Long.parseLong(axis)));
    net.fold(net.conv(wide, 4, batch ? 4 : 5, 2, 2)).becomes("Pad", "Conv");
  }

  @Test
  void an_image_of_unknown_rank_stays() {
    String wide = net.op(Net.PAD, x, net.longs(0, 0, 1, 0, 0, 0, 2, 1));
    net.foldUnranked(conv(wide)).becomes("Pad", "Conv");
  }

  @Test
  void an_image_whose_rank_another_convolution_tells_folds() {
    String wide = net.op(Net.PAD, x, net.longs(0, 0, 1, 0, 0, 0, 2, 1));
    net.foldUnranked(conv(wide), net.b.relu(net.conv(x, 4, 4, 1, 1)))
        .becomes("Conv", "Conv", "Relu");
  }

  @Test
  void an_image_of_unknown_channels_stays() {
    Net other = new Net();
    String image = other.image("x", "C", "H", "W");
    String wide = other.op(Net.PAD, image, other.longs(0, 0, 1, 0, 0, 0, 2, 1));
    other.fold(other.conv(wide, 4, 4, 2, 2)).becomes("Pad", "Conv");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void any_number_of_axes(int axes) {
    Net other = new Net();
    String[] dims = axes == 1 ? new String[] {"4", "L"} : new String[] {"4", "D", "H", "W"};
    long[] pads =
        axes == 1 ? new long[] {0, 0, 1, 0, 0, 2} : new long[] {0, 0, 1, 0, 2, 0, 0, 0, 3, 1};
    long[] weight = axes == 1 ? new long[] {4, 4, 2} : new long[] {4, 4, 2, 1, 2};
    String wide = other.op(Net.PAD, other.image("x", dims), other.longs(pads));
    other.fold(other.conv(wide, Window.DEFAULT, 1, weight)).becomes("Conv");
  }
}
