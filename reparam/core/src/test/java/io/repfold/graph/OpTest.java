package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** An op that has no meaning cannot be made. */
class OpTest {
  private static void refused(String message, Supplier<Object> making) {
    assertThatThrownBy(making::get).isInstanceOf(InvalidGraphException.class).hasMessage(message);
  }

  private static Window window(List<Integer> strides, List<Integer> dilations, Integer... pads) {
    return Window.of(strides, dilations, List.of(pads));
  }

  @Test
  void a_window_has_steps_of_at_least_one_and_pads_in_pairs() {
    List<Integer> none = List.of();
    refused("strides must be at least 1, got [1, 0]", () -> window(List.of(1, 0), none));
    refused("dilations must be at least 1, got [-1]", () -> window(none, List.of(-1)));
    refused("pads must hold begins and ends, got [1, 2, 3]", () -> window(none, none, 1, 2, 3));
  }

  @Test
  void explicit_pads_count_only_where_no_rule_pads() {
    Window set = window(List.of(2, 3), List.of(4, 5), 1, 2, 3, 4);
    assertThat(List.of(set.padBegin(0), set.padBegin(1), set.padEnd(0), set.padEnd(1)))
        .containsExactly(1, 2, 3, 4);
    assertThat(List.of(set.stride(1), set.dilation(0))).containsExactly(3, 4);
    Window valid =
        new Window(Window.AutoPad.VALID, set.strides(), set.dilations(), List.of(1, 2, 3, 4));
    assertThat(List.of(valid.padBegin(0), valid.padEnd(1))).containsExactly(0, 0);
    Window plain = Window.DEFAULT;
    assertThat(List.of(plain.stride(5), plain.dilation(5), plain.padBegin(5), plain.padEnd(5)))
        .containsExactly(1, 1, 0, 0);
  }

  @Test
  void groups_are_at_least_one() {
    refused("Conv: groups must be at least 1, got 0", () -> new Op.Conv(Window.DEFAULT, 0));
    refused(
        "ConvTranspose: groups must be at least 1, got -2",
        () -> new Op.ConvTranspose(Window.DEFAULT, -2, List.of(), List.of()));
    assertThat(new Op.Conv(Window.DEFAULT, 1).groups()).isEqualTo(1);
  }

  @Test
  void a_transposed_convolution_pads_and_makes_something() {
    refused(
        "ConvTranspose: output_padding must not be negative, got [0, -1]",
        () -> new Op.ConvTranspose(Window.DEFAULT, 1, List.of(0, -1), List.of()));
    refused(
        "ConvTranspose: output_shape must be at least 1, got [4, 0]",
        () -> new Op.ConvTranspose(Window.DEFAULT, 1, List.of(), List.of(4, 0)));
    var least = new Op.ConvTranspose(Window.DEFAULT, 1, List.of(0, 0), List.of(1, 1));
    assertThat(least.outputShape()).containsExactly(1, 1);
  }

  @Test
  void a_pool_has_a_kernel() {
    String rule = ": kernel_shape must hold a size of at least 1 for each spatial axis, got ";
    Window plain = Window.DEFAULT;
    refused("MaxPool" + rule + "[]", () -> new Op.MaxPool(List.of(), plain, false, false));
    refused("MaxPool" + rule + "[2, 0]", () -> new Op.MaxPool(List.of(2, 0), plain, false, false));
    refused(
        "AveragePool" + rule + "[-3]", () -> new Op.AveragePool(List.of(-3), plain, false, true));
    refused("MaxUnpool" + rule + "[0]", () -> new Op.MaxUnpool(List.of(0), plain));
    assertThat(new Op.MaxUnpool(List.of(1), plain).kernel()).containsExactly(1);
  }

  @Test
  void a_block_has_at_least_one_pixel() {
    refused(
        "DepthToSpace: blocksize must be at least 1, got 0", () -> new Op.DepthToSpace(0, true));
    refused("SpaceToDepth: blocksize must be at least 1, got -1", () -> new Op.SpaceToDepth(-1));
    assertThat(new Op.SpaceToDepth(1).blockSize()).isEqualTo(1);
  }

  @Test
  void a_fill_is_one_element() {
    refused(
        "ConstantOfShape: value must be one element, got INT64[2]",
        () -> new Op.ConstantOfShape(Tensor.ofLongs(new long[2], 2)));
    refused(
        "ConstantOfShape: value must be one element, got FLOAT[0]",
        () -> new Op.ConstantOfShape(Tensor.ofFloats(new float[0], 0)));
    assertThat(new Op.ConstantOfShape(Tensor.ofLongs(new long[1])).value().size()).isEqualTo(1);
  }

  /** A list that its maker changes later does not change the op. */
  @Test
  void ops_keep_lists_of_their_own() {
    List<Integer> ints = new ArrayList<>(List.of(1));
    List<Long> longs = new ArrayList<>(List.of(1L));
    List<String> names = new ArrayList<>(List.of("a"));
    Map<String, Object> attributes = new HashMap<>(Map.of("k", 1L));
    Window window = new Window(Window.AutoPad.NOTSET, ints, ints, List.of());
    List<Op> ops =
        List.of(
            new Op.Conv(window, 1),
            new Op.ConvTranspose(window, 1, ints, ints),
            new Op.MaxPool(ints, window, false, false),
            new Op.AveragePool(ints, window, false, false),
            new Op.MaxUnpool(ints, window),
            new Op.Pad(Op.Pad.Mode.EDGE, Optional.of(longs), OptionalDouble.empty()),
            new Op.Reduce(Op.Reduce.Function.SUM, Optional.of(ints), true, false),
            new Op.Transpose(ints),
            new Op.Slice(Optional.of(new Op.Slice.Bounds(longs, longs, ints))),
            new Op.Squeeze(Optional.of(ints)),
            new Op.Unsqueeze(Optional.of(ints)),
            new Op.Split(0, Optional.of(longs)),
            new Op.Resize("nearest", "", "", 0, false, 0, false, ints, "stretch", false),
            new Op.Opaque("d", "T", attributes, names));
    List<String> before = ops.stream().map(Op::toString).toList();
    ints.add(2);
    longs.add(2L);
    names.add("b");
    attributes.put("l", 2L);
    assertThat(ops.stream().map(Op::toString).toList()).isEqualTo(before);
  }
}
