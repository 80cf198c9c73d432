package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A Slice is an affine map if it samples spatial axes forward, between ends that do not depend on a
 * size that is not known. Behind zero pads at least as wide as what it cuts, it then vanishes.
 */
class SlicesTest {
  private static final int PAD = 3;
  private static final long MAX = Long.MAX_VALUE;

  private final Net net = new Net();

  private static String wide(Net net, String height) {
    String x = net.image("x", "4", height, "W");
    return net.op(Net.PAD, x, net.longs(0, 0, PAD, 0, 0, 0, PAD, 0));
  }

  private static Verified cut(String height, long start, long end, long step) {
    Net net = new Net();
    String slice =
        net.op(
            Net.SLICE,
            wide(net, height),
            net.longs(start),
            net.longs(end),
            net.longs(2),
            net.longs(step));
    return net.fold(net.conv(slice, 4, 4, 1, 1));
  }

  /** Five rows and three zeros on each side. */
  @ParameterizedTest(name = "[{0}:{1}:{2}]")
  @CsvSource({
    "0, -1, 1",
    "1, -3, 1",
    "3, 2147483647, 1",
    "2, 9223372036854775807, 2",
    "0, -2, 3",
    "1, 9, 2",
    "0, 10, 1",
    "2, 11, 1",
    "2, 12, 3",
    "1, 2147483646, 1"
  })
  void bounds_of_a_known_size_fold(long start, long end, long step) {
    cut("5", start, end, step).becomes("Conv");
  }

  @Test
  void a_cut_of_exactly_the_pads_leaves_the_image() {
    assertThat(cut("5", PAD, 5 + PAD, 1).types()).doesNotContain("Pad", "Slice");
  }

  @ParameterizedTest(name = "[{0}:{1}:{2}]")
  @CsvSource({
    "-10, -1, 1",
    "-1, -12, -1",
    "10, 0, -1",
    "10, -9223372036854775808, -1",
    "-9223372036854775808, 10, 1"
  })
  void bounds_from_the_end_or_backwards_stay(long start, long end, long step) {
    cut("5", start, end, step).becomes("Pad", "Slice", "Conv");
  }

  @ParameterizedTest(name = "[{0}:{1}:{2}]")
  @CsvSource({
    "0, -1, 1, true",
    "1, -3, 2, true",
    "2, 2147483647, 1, true",
    "0, 2147483646, 1, false",
    "1, 9, 1, false",
    "0, 11, 1, false",
    "-9, -1, 1, false"
  })
  void bounds_of_an_unknown_size(long start, long end, long step, boolean folds) {
    Verified verified = cut("H", start, end, step);
    verified.becomes(folds ? new String[] {"Conv"} : new String[] {"Pad", "Slice", "Conv"});
  }

  @ParameterizedTest(name = "start {0}, end {1}, step {2}")
  @CsvSource({
    "16777216, 9223372036854775807, 1, true",
    "16777217, 9223372036854775807, 1, false",
    "0, -16777216, 1, true",
    "0, -16777217, 1, false",
    "0, 9223372036854775807, 16777216, true",
    "0, 9223372036854775807, 16777217, false"
  })
  void bounds_farther_than_any_image_stay(long start, long end, long step, boolean folds) {
    // No image is so large here: only the form of the graph is looked at.
    Net sized = new Net();
    String x = sized.image("x", "4", "H");
    String slice =
        sized.op(
            Net.SLICE, x, sized.longs(start), sized.longs(end), sized.longs(2), sized.longs(step));
    sized.b.output(sized.b.batchNorm(sized.conv(slice, 4, 4, 1)));
    Graph folded = Folder.fold(sized.b.build()).graph();
    boolean linear = folded.nodes().stream().anyMatch(n -> n.output().contains("/cropped"));
    assertThat(linear || step > 1 && folded.nodes().size() == 1).isEqualTo(folds);
  }

  @ParameterizedTest(name = "axis {0}")
  @CsvSource({"2, true", "3, true", "-1, true", "-2, true", "0, false", "-4, false"})
  void spatial_axes_fold_and_the_batch_does_not(long axis, boolean folds) {
    String x = net.image("x", "4", "6", "7");
    String all = net.op(Net.PAD, x, net.longs(0, 0, 1, 1, 0, 0, 1, 1));
    String slice =
        net.op(Net.SLICE, all, net.longs(0), net.longs(-1), net.longs(axis), net.longs(1));
    Verified verified = net.fold(net.conv(slice, 4, 4, 1, 1));
    assertThat(verified.types().contains("Slice")).isNotEqualTo(folds);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, -3})
  void channels_that_are_cut_off_stay(long axis) {
    String slice = net.op(Net.SLICE, wide(net, "H"), net.longs(1), net.longs(MAX), net.longs(axis));
    net.fold(net.conv(slice, 4, 3, 1, 1)).becomes("Pad", "Slice", "Conv");
  }

  @Test
  void without_axes_the_batch_is_cut_first_so_that_it_stays() {
    String slice = net.op(Net.SLICE, wide(net, "H"), net.longs(1, 0, 2), net.longs(MAX, MAX, MAX));
    net.fold(net.conv(slice, 4, 4, 1, 1)).becomes("Pad", "Slice", "Conv");
  }

  @Test
  void bounds_as_attributes_without_axes_stay() {
    Op slice =
        new Op.Slice(
            Optional.of(
                new Op.Slice.Bounds(List.of(1L, 0L, 2L), List.of(MAX, MAX, -1L), List.of())));
    net.b.output(net.conv(net.op(slice, net.image("x", "4", "H", "W")), 4, 4, 1, 1));
    Verified.fold(net.b.build().toBuilder().opset("", 9).build()).becomes("Slice", "Conv");
  }

  @Test
  void bounds_as_attributes_fold() {
    Op slice =
        new Op.Slice(
            Optional.of(new Op.Slice.Bounds(List.of(2L, 1L), List.of(-1L, 8L), List.of(3, 2))));
    String x = net.image("x", "4", "5", "W");
    Op pad =
        new Op.Pad(
            Op.Pad.Mode.CONSTANT,
            Optional.of(List.of(0L, 0L, 3L, 2L, 0L, 0L, 3L, 2L)),
            java.util.OptionalDouble.empty());
    net.b.output(net.conv(net.op(slice, net.op(pad, x)), 4, 4, 1, 1));
    Verified.fold(net.b.build().toBuilder().opset("", 9).build()).becomes("Conv");
  }

  @Test
  void steps_left_out_are_1() {
    String slice = net.op(Net.SLICE, wide(net, "H"), net.longs(1), net.longs(-2), net.longs(2));
    net.fold(net.conv(slice, 4, 4, 1, 1)).becomes("Conv");
  }

  /** The batch of two images, read from the shape, is the number that each bound has here. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void bounds_that_are_computed_stay(int place) {
    String x = net.image("x", "4", "H", "W");
    String two = net.op(new Op.ShapeOf(0, Optional.of(1)), x);
    String[] bounds = {net.longs(0), net.longs(MAX), net.longs(2), net.longs(1)};
    bounds[place] = two;
    String slice = net.op(Net.SLICE, x, bounds[0], bounds[1], bounds[2], bounds[3]);
    net.fold(net.b.batchNorm(net.conv(slice, 4, 4, 1, 1))).becomes("Shape", "Slice", "Conv");
  }

  @Test
  void an_image_of_unknown_rank_or_channels_stays() {
    String x = net.image("x", "4", "5", "4");
    String slice = net.op(Net.SLICE, x, net.longs(0), net.longs(MAX), net.longs(2), net.longs(2));
    net.foldUnranked(net.conv(slice, 4, 4, 1, 1)).becomes("Slice", "Conv");
    Net other = new Net();
    String image = other.image("x", "C", "H", "W");
    String every =
        other.op(
            Net.SLICE, image, other.longs(0), other.longs(MAX), other.longs(2), other.longs(2));
    other.fold(other.conv(every, 4, 4, 1, 1)).becomes("Slice", "Conv");
  }
}
