package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Window;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An image of three channels, four rows and five columns, laid by moves of data into a border that
 * holds the bias of the 1x1 before it, or almost.
 */
class BorderLayoutsTest {
  private static final double[] BIAS = {0.5, -2, 4};
  private static final List<Integer> ROWS_LAST = List.of(0, 2, 3, 1);
  private static final List<Integer> ROWS_FIRST = List.of(0, 3, 1, 2);

  private final Net net = new Net();

  /** How an image is laid into its border. */
  private interface Layout {
    String of(Net net, String image);
  }

  private record Case(String name, Layout layout) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static String strip(Net net, double[] values, int height, int width) {
    double[] all = new double[3 * height * width];
    Arrays.setAll(all, i -> values[i / (height * width)]);
    return net.b.constant(Tensor.ofDoubles(ElementType.DOUBLE, all, 1, 3, height, width));
  }

  private static String strip(Net net, int height, int width) {
    return strip(net, BIAS, height, width);
  }

  private static String concat(Net net, int axis, String... values) {
    return net.op(new Op.Concat(axis), values);
  }

  private static String zeros(Net net, String image, long... by) {
    return net.op(Net.PAD, image, net.longs(0, 0, by[0], by[1], 0, 0, by[2], by[3]));
  }

  private static String slice(Net net, String image, long start, long end, long axis, long step) {
    return net.op(
        Net.SLICE, image, net.longs(start), net.longs(end), net.longs(axis), net.longs(step));
  }

  private static String turned(Net net, String image, List<Integer> order) {
    return net.op(new Op.Transpose(order), image);
  }

  /** Image where the mask is true, the bias elsewhere; the mask is that of one row on top. */
  private static String masked(Net net, String image, boolean inverted) {
    double[] mask = new double[5 * 5];
    Arrays.setAll(mask, i -> i >= 5 != inverted ? 1 : 0);
    String which = net.b.constant(Tensor.ofDoubles(ElementType.BOOL, mask, 1, 1, 5, 5));
    String wide = zeros(net, image, 1, 0, 0, 0);
    return net.op(
        new Op.Where(),
        which,
        inverted ? strip(net, 1, 1) : wide,
        inverted ? wide : strip(net, 1, 1));
  }

  /** Scattered into a constant by its first two axes, as exporters write a[:, :] = image. */
  private static String scattered(Net net, String image) {
    String large = strip(net, 7, 5);
    String rowsFirst = turned(net, large, List.of(2, 0, 1, 3));
    String rows = turned(net, image, List.of(2, 0, 1, 3));
    String places = net.b.constant(Tensor.ofLongs(new long[] {1, 2, 3, 4}, 4, 1));
    String all = net.op(new Op.ScatterND(), rowsFirst, places, rows);
    return turned(net, all, List.of(1, 2, 0, 3));
  }

  static List<Case> borders() {
    return List.of(
        new Case("on the left", (net, y) -> concat(net, 3, strip(net, 4, 2), y)),
        new Case("on the right", (net, y) -> concat(net, -1, y, strip(net, 4, 3))),
        new Case("on top", (net, y) -> concat(net, 2, strip(net, 1, 5), y)),
        new Case("below", (net, y) -> concat(net, -2, y, strip(net, 2, 5))),
        new Case(
            "around, in parts",
            (net, y) ->
                concat(
                    net,
                    2,
                    strip(net, 1, 8),
                    concat(net, 3, strip(net, 4, 1), y, strip(net, 4, 2)),
                    strip(net, 2, 8))),
        new Case("where a mask says so", (net, y) -> masked(net, y, false)),
        new Case("where a mask does not say so", (net, y) -> masked(net, y, true)),
        new Case("by rows", BorderLayoutsTest::scattered),
        new Case(
            "with the channels last",
            (net, y) ->
                turned(
                    net,
                    concat(
                        net,
                        1,
                        turned(net, y, ROWS_LAST),
                        turned(net, strip(net, 2, 5), ROWS_LAST)),
                    ROWS_FIRST)),
        new Case(
            "turned there and back",
            (net, y) -> turned(net, turned(net, y, ROWS_LAST), ROWS_FIRST)),
        new Case(
            "more than is kept",
            (net, y) ->
                net.op(
                    new Op.Identity(),
                    concat(
                        net,
                        3,
                        slice(net, concat(net, 3, strip(net, 4, 3), y), 1, 99, 3, 1),
                        strip(net, 4, 1)))));
  }

  /** The convolution takes the Slice in first; then the border is around all that it makes. */
  static List<Case> parts() {
    return List.of(
        new Case(
            "every second row",
            (net, y) -> concat(net, 3, strip(net, 2, 1), slice(net, y, 0, 99, 2, 2))),
        new Case(
            "the image without its last column",
            (net, y) -> concat(net, 3, strip(net, 4, 1), slice(net, y, 0, -1, 3, 1))));
  }

  static List<Case> others() {
    return List.of(
        new Case("a second image", (net, y) -> concat(net, 3, y, y)),
        new Case(
            "an image of the graph",
            (net, y) -> concat(net, 3, y, net.b.input("border", 1, 3, 4, 2))),
        new Case("more images", (net, y) -> concat(net, 0, strip(net, 4, 5), y)),
        new Case(
            "the image backwards",
            (net, y) -> concat(net, 3, strip(net, 4, 1), slice(net, y, -1, -99, 3, -1))),
        new Case(
            "the image without its first column",
            (net, y) -> concat(net, 3, strip(net, 4, 1), slice(net, y, 1, 99, 3, 1))),
        new Case("zeros", (net, y) -> concat(net, 3, zeros(net, y, 0, 1, 0, 0), strip(net, 4, 1))),
        new Case(
            "a border that is not the same all around",
            (net, y) ->
                concat(net, 3, strip(net, 4, 1), y, strip(net, new double[] {0.5, -2, 3}, 4, 1))),
        new Case(
            "a border that differs in one place",
            (net, y) -> {
              double[] all = new double[3 * 4];
              Arrays.setAll(all, i -> BIAS[i / 4]);
              all[7] += 1e-3;
              return concat(
                  net, 3, y, net.b.constant(Tensor.ofDoubles(ElementType.DOUBLE, all, 1, 3, 4, 1)));
            }),
        new Case(
            "a border that is not a number",
            (net, y) -> concat(net, 3, y, strip(net, new double[] {0.5, Double.NaN, 4}, 4, 1))),
        new Case(
            "channels in another order",
            (net, y) ->
                concat(
                    net,
                    3,
                    strip(net, 4, 1),
                    concat(net, 1, slice(net, y, 1, 99, 1, 1), slice(net, y, 0, 1, 1, 1)))));
  }

  private String point() {
    String x = net.b.input("x", 1, 2, 4, 5);
    Tensor bias = Tensor.ofDoubles(ElementType.DOUBLE, BIAS, 3);
    return net.b.conv(x, net.random(3, 2, 1, 1), Optional.of(bias), Window.DEFAULT, 1);
  }

  private Verified square(String bordered) {
    String y = net.conv(bordered, Window.DEFAULT, 1, 4, 3, 2, 2);
    return net.fold(net.b.batchNorm(y));
  }

  @ParameterizedTest
  @MethodSource("borders")
  void the_bias(Case border) {
    square(border.layout.of(net, point())).becomes("Conv");
  }

  @ParameterizedTest
  @MethodSource("parts")
  void the_bias_around_a_part(Case border) {
    Verified verified = square(border.layout.of(net, point()));
    assertThat(verified.types()).filteredOn("Conv"::equals).hasSize(1);
    assertThat(verified.types()).doesNotContain("Concat");
  }

  @ParameterizedTest
  @MethodSource("others")
  void anything_else_stays(Case border) {
    Verified verified = square(border.layout.of(net, point()));
    assertThat(verified.types()).filteredOn("Conv"::equals).hasSize(2);
    assertThat(verified.types()).filteredOn("Concat"::equals).isNotEmpty();
  }

  @Test
  void more_channels_stay() {
    String more = net.op(new Op.Concat(1), point(), strip(net, 4, 5));
    String y = net.conv(more, Window.DEFAULT, 1, 4, 6, 2, 2);
    net.fold(net.b.batchNorm(y)).becomes("Conv", "Concat", "Conv");
  }

  /** Exporters compute the border in float32: a millionth of the largest bias, 4, is no matter. */
  @ParameterizedTest
  @CsvSource({
    "0, 0x1p-18, true",
    "0, -0x1p-18, true",
    "2, 0x1p-18, true",
    "1, 0x1.0001p-18, false",
    "0, -0x1.0001p-18, false"
  })
  void a_border_within_rounding_of_the_bias(int channel, String by, boolean folds) {
    double[] border = BIAS.clone();
    border[channel] += Double.parseDouble(by);
    String wide = concat(net, 3, strip(net, border, 4, 1), point());
    net.b.output(net.b.batchNorm(net.conv(wide, Window.DEFAULT, 1, 4, 3, 2, 2)));
    Verified verified = Verified.fold(net.b.build(), FoldOptions.DEFAULT, 1e-4);
    assertThat(verified.types().contains("Concat")).isNotEqualTo(folds);
  }

  @ParameterizedTest
  @CsvSource({"0.5, true", "0.25, false"})
  void a_pad_of_the_one_bias_of_all_channels(double value, boolean folds) {
    String x = net.b.input("x", 1, 2, 4, 5);
    Tensor bias = Tensor.ofDoubles(ElementType.DOUBLE, new double[] {0.5, 0.5, 0.5}, 3);
    String y = net.b.conv(x, net.random(3, 2, 1, 1), Optional.of(bias), Window.DEFAULT, 1);
    String pads = net.longs(0, 0, 1, 0, 0, 0, 0, 2);
    String wide = net.op(Net.PAD, net.op(Net.PAD, y, pads, net.reals(value)), pads, net.reals(0.5));
    Verified verified = square(wide);
    assertThat(verified.types().contains("Pad")).isNotEqualTo(folds);
  }

  /** Where a 3x3 is centered on the border, it still reads the image. */
  @Test
  void the_bias_of_a_wider_kernel_is_not_its_border() {
    String x = net.b.input("x", 1, 2, 4, 5);
    Tensor bias = Tensor.ofDoubles(ElementType.DOUBLE, BIAS, 3);
    Window window = Window.of(List.of(), List.of(), List.of(1, 1, 1, 1));
    String y = net.b.conv(x, net.random(3, 2, 3, 3), Optional.of(bias), window, 1);
    square(concat(net, 3, strip(net, 4, 1), y)).becomes("Conv", "Concat", "Conv");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void what_others_read_is_made_once(boolean image) {
    String y = point();
    String wide = concat(net, 3, strip(net, 4, 1), y);
    String wider = concat(net, 2, wide, strip(net, 1, 6));
    String end = net.b.batchNorm(net.conv(wider, Window.DEFAULT, 1, 4, 3, 2, 2));
    net.fold(end, net.b.relu(image ? y : wide))
        .becomes(
            image
                ? new String[] {"Conv", "Concat", "Concat", "Conv", "Relu"}
                : new String[] {"Conv", "Concat", "Conv", "Relu"});
  }

  @Test
  void a_border_that_is_an_output_too_is_made_by_its_own_convolution() {
    String wide = concat(net, 3, strip(net, 4, 1), point());
    String end = net.b.batchNorm(net.conv(wide, Window.DEFAULT, 1, 4, 3, 2, 2));
    net.fold(end, wide).becomes("Conv", "Conv");
  }

  @Test
  void an_image_of_unknown_size_stays() {
    String x = net.image("x", "2", "4", "W");
    Tensor bias = Tensor.ofDoubles(ElementType.DOUBLE, new double[] {0.5, 0.5, 0.5}, 3);
    String y = net.b.conv(x, net.random(3, 2, 1, 1), Optional.of(bias), Window.DEFAULT, 1);
    String wide = net.op(Net.PAD, y, net.longs(0, 0, 1, 0, 0, 0, 0, 2), net.reals(0.5));
    square(wide).becomes("Conv", "Pad", "Conv");
  }

  @Test
  void a_sum_over_two_images_stays() {
    String x = net.b.input("x", 1, 2, 4, 5);
    String z = net.b.input("z", 1, 2, 4, 5);
    Tensor bias = Tensor.ofDoubles(ElementType.DOUBLE, BIAS, 3);
    String left = net.b.conv(x, net.random(3, 2, 1, 1), Optional.of(bias), Window.DEFAULT, 1);
    String sum = net.b.add(List.of(left, net.conv(z, Window.DEFAULT, 1, 3, 2, 1, 1)));
    square(concat(net, 3, strip(net, 4, 1), sum)).becomes("Conv", "Conv", "Add", "Concat", "Conv");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void any_number_of_axes(int axes) {
    long[] image = {1, 2, 4, 5, 3};
    long[] border = {1, 3, 1, 5, 3};
    long[] weight = {4, 3, 2, 2, 2};
    String x = net.b.input("x", Arrays.copyOf(image, 2 + axes));
    Tensor bias = Tensor.ofDoubles(ElementType.DOUBLE, BIAS, 3);
    long[] first = new long[2 + axes];
    Arrays.fill(first, 1);
    first[0] = 3;
    first[1] = 2;
    String y = net.b.conv(x, net.random(first), Optional.of(bias), Window.DEFAULT, 1);
    long[] dims = Arrays.copyOf(border, 2 + axes);
    double[] all = new double[(int) Tensor.count(dims)];
    Arrays.setAll(all, i -> BIAS[i / (all.length / 3)]);
    String strip = net.b.constant(Tensor.ofDoubles(ElementType.DOUBLE, all, dims));
    String wide = concat(net, 2, y, strip, strip);
    String end = net.conv(wide, Window.DEFAULT, 1, Arrays.copyOf(weight, 2 + axes));
    net.fold(net.b.batchNorm(end)).becomes("Conv");
  }
}
