package io.repfold.fold;

import io.repfold.graph.Graph;
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

/**
 * A kernel on a reflected or repeated border takes in a kernel on a border of the same kind that is
 * nowhere wider. All kernels here are as large as their border asks for, so that the sizes agree.
 */
class MirroredBordersTest {
  private static final String[] ONE = {"Pad", "Conv"};
  private static final String[] TWO = {"Pad", "Conv", "Pad", "Conv", "Add"};
  private static final long[] WIDE = {2, 1, 1, 3};

  private final Net net = new Net();
  private final String x = net.image("x", "4", "6", "7");

  private static Op pad(Op.Pad.Mode mode) {
    return new Op.Pad(mode, Optional.empty(), OptionalDouble.empty());
  }

  /** Top, left, bottom, right. */
  private String branch(Op.Pad.Mode mode, long... by) {
    String pads = net.longs(0, 0, by[0], by[1], 0, 0, by[2], by[3]);
    return kernel(net.op(pad(mode), x, pads), by);
  }

  private String kernel(String bordered, long... by) {
    return net.conv(bordered, 4, 4, 1 + by[0] + by[2], 1 + by[1] + by[3]);
  }

  private static long[] numbers(String words) {
    return Arrays.stream(words.split(" ", -1)).mapToLong(Long::parseLong).toArray();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "REFLECT, 1 1 1 1, true",
    "EDGE, 1 1 1 1, true",
    "REFLECT, 2 1 1 2, true",
    "REFLECT, 2 1 0 3, true",
    "REFLECT, 2 0 1 3, true",
    "REFLECT, 1 1 1 3, true",
    "EDGE, 2 1 1 3, true",
    "REFLECT, 3 1 1 1, false",
    "REFLECT, 0 2 0 0, false",
    "EDGE, 0 0 2 0, false",
    "REFLECT, 1 1 1 4, false"
  })
  void a_border_of_the_same_kind(Op.Pad.Mode mode, String by, boolean folds) {
    String wide = branch(mode, WIDE);
    net.fold(net.b.add(List.of(wide, branch(mode, numbers(by))))).becomes(folds ? ONE : TWO);
  }

  @ParameterizedTest
  @CsvSource({"REFLECT", "EDGE"})
  void the_narrower_border_may_come_first(Op.Pad.Mode mode) {
    String narrow = branch(mode, 1, 1, 0, 2);
    net.fold(net.b.add(List.of(narrow, branch(mode, WIDE)))).becomes(ONE);
  }

  @ParameterizedTest
  @CsvSource({"REFLECT, EDGE", "EDGE, REFLECT", "REFLECT, CONSTANT"})
  void a_narrower_border_of_another_kind_stays(Op.Pad.Mode mode, Op.Pad.Mode other) {
    Verified verified = net.fold(net.b.add(List.of(branch(mode, WIDE), branch(other, 1, 1, 1, 1))));
    verified.becomes(
        other == Op.Pad.Mode.CONSTANT ? new String[] {"Pad", "Conv", "Conv", "Add"} : TWO);
  }

  @Test
  void borders_of_two_images_stay() {
    String y = net.b.relu(x);
    String other = net.op(pad(Op.Pad.Mode.EDGE), y, net.longs(0, 0, 1, 1, 0, 0, 1, 1));
    net.fold(net.b.add(List.of(branch(Op.Pad.Mode.EDGE, WIDE), kernel(other, 1, 1, 1, 1))))
        .becomes("Relu", "Pad", "Pad", "Conv", "Conv", "Add");
  }

  @Test
  void zeros_around_the_image_itself_beside_a_reflected_border_stay() {
    Window window = Window.of(List.of(), List.of(), List.of(1, 1, 1, 1));
    String zeros = net.conv(x, window, 1, 4, 4, 3, 3);
    net.fold(net.b.add(List.of(branch(Op.Pad.Mode.REFLECT, WIDE), zeros)))
        .becomes("Conv", "Pad", "Conv", "Add");
  }

  @Test
  void a_kernel_on_the_image_itself_folds() {
    String point = net.conv(x, 4, 4, 1, 1);
    net.fold(net.b.add(List.of(point, branch(Op.Pad.Mode.REFLECT, WIDE)))).becomes(ONE);
  }

  @Test
  void amounts_as_attributes_fold() {
    List<Long> wide = List.of(0L, 0L, 2L, 1L, 0L, 0L, 1L, 3L);
    Op border = new Op.Pad(Op.Pad.Mode.EDGE, Optional.of(wide), OptionalDouble.empty());
    String large = kernel(net.op(border, x), WIDE);
    net.b.output(net.b.add(List.of(large, net.conv(x, 4, 4, 1, 1))));
    Graph graph = net.b.build().toBuilder().opset("", 10).build();
    Verified.fold(graph).becomes(ONE);
  }

  @Test
  void amounts_of_some_axes_stay() {
    String pads = net.longs(2, 1, 1, 3);
    String bordered = net.op(pad(Op.Pad.Mode.EDGE), x, pads, "", net.longs(2, 3));
    net.fold(net.b.add(List.of(kernel(bordered, WIDE), net.conv(x, 4, 4, 1, 1))))
        .becomes("Pad", "Conv", "Conv", "Add");
  }

  @Test
  void amounts_that_are_computed_stay() {
    String sized = net.image("sized", "4", "6", "7");
    String n = net.op(new Op.ShapeOf(0, Optional.of(1)), sized);
    String pads = net.op(new Op.Concat(0), net.longs(0, 0), n, n, net.longs(0, 0), n, n);
    String bordered = net.op(pad(Op.Pad.Mode.EDGE), sized, pads);
    String large = net.conv(bordered, 4, 4, 5, 5);
    Verified verified = net.fold(net.b.add(List.of(large, net.conv(sized, 4, 4, 1, 1))));
    verified.becomes("Shape", "Concat", "Pad", "Conv", "Conv", "Add");
  }

  @Test
  void a_border_that_cuts_somewhere_stays() {
    String bordered = net.op(pad(Op.Pad.Mode.REFLECT), x, net.longs(0, 0, 2, -1, 0, 0, 1, 2));
    String large = net.conv(bordered, 4, 4, 4, 2);
    net.fold(net.b.add(List.of(large, net.conv(x, 4, 4, 1, 1))))
        .becomes("Pad", "Conv", "Conv", "Add");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5})
  void a_border_of_the_channels_too_stays(int place) {
    long[] pads = {0, 0, 2, 1, 0, 0, 1, 3};
    pads[place] = 1;
    String bordered = net.op(pad(Op.Pad.Mode.EDGE), x, net.longs(pads));
    String large = net.conv(bordered, 4, 5, 4, 5);
    net.fold(net.b.add(List.of(large, net.conv(x, 4, 4, 1, 1))))
        .becomes("Pad", "Conv", "Conv", "Add");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void any_number_of_axes(int axes) {
    Net other = new Net();
    String[] dims = {"4", "5", "6", "7"};
    String image = other.image("x", Arrays.copyOf(dims, 1 + axes));
    long[] pads = new long[2 * axes + 4];
    long[] weight = new long[axes + 2];
    Arrays.fill(weight, 4);
    for (int axis = 0; axis < axes; axis++) {
      pads[2 + axis] = 1L + axis;
      pads[axes + 4 + axis] = 2;
      weight[2 + axis] = 4L + axis;
    }
    long[] point = weight.clone();
    Arrays.fill(point, 2, point.length, 1);
    String bordered = other.op(pad(Op.Pad.Mode.REFLECT), image, other.longs(pads));
    String large = other.conv(bordered, Window.DEFAULT, 1, weight);
    String small = other.conv(image, Window.DEFAULT, 1, point);
    other.fold(other.b.add(List.of(large, small))).becomes(ONE);
  }
}
