package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What one node is to the fold, in graphs that no runtime would take too. */
class NodeKindsTest {
  private static final Op PAD = Net.PAD;
  private static final Op SLICE = Net.SLICE;

  private final Graph.Builder graph = new Graph.Builder("one");
  private int images;

  private Linearity of(Op op, String... inputs) {
    return of(op, List.of("y"), inputs);
  }

  private Linearity of(Op op, List<String> outputs, String... inputs) {
    Node node = new Node("", op, List.of(inputs), outputs);
    return new LinearOps(new Facts(graph.build().toBuilder().node(node).build())).of(node);
  }

  private String image(long... dims) {
    String name = "x" + images++;
    graph.input(Value.of(name, ElementType.DOUBLE, Shape.of(dims)));
    return name;
  }

  /** Of unknown shape, but read by a convolution of four channels and two axes. */
  private String guessed() {
    graph.input(new Value("g", Optional.of(ElementType.DOUBLE), Optional.empty()));
    weight("g.weight", 4, 4, 1, 1);
    graph.node(new Op.Conv(Window.DEFAULT, 1), List.of("g", "g.weight"), "g.conv");
    return "g";
  }

  private String weight(String name, long... dims) {
    double[] values = new double[(int) Tensor.count(dims)];
    Arrays.setAll(values, i -> i + 1);
    graph.initializer(name, Tensor.ofDoubles(ElementType.DOUBLE, values, dims));
    return name;
  }

  private String longs(String name, long... values) {
    graph.initializer(name, Tensor.ofLongs(values, values.length));
    return name;
  }

  private static void assertLinear(Linearity local, int operands) {
    assertThat(local).isInstanceOf(Linearity.Linear.class);
    assertThat(((Linearity.Linear) local).operands()).hasSize(operands);
  }

  private static void assertNotLinear(Linearity local) {
    assertThat(local).isEqualTo(new Linearity.NotLinear());
  }

  private static void assertRefused(Linearity local, String because) {
    assertThat(local).isInstanceOf(Linearity.Refused.class);
    assertThat(((Linearity.Refused) local).because()).contains(because);
  }

  @ParameterizedTest
  @EnumSource(Op.Unary.Function.class)
  void of_the_functions_of_one_value_only_the_negation_is_linear(Op.Unary.Function function) {
    Linearity local = of(new Op.Unary(function), image(2, 3, 4, 5));
    assertThat(local instanceof Linearity.Linear).isEqualTo(function == Op.Unary.Function.NEG);
    if (local instanceof Linearity.Linear linear) {
      assertThat(linear.carrier()).isEqualTo(Carrier.NONE);
      Affine map = linear.operands().get(0).map();
      assertThat(map.isPositionwise()).isTrue();
      assertThat(map.weights().diagonal()).contains(new double[] {-1, -1, -1});
      assertThat(map.bias()).containsExactly(0, 0, 0);
    } else {
      assertNotLinear(local);
    }
  }

  @ParameterizedTest
  @EnumSource(Op.Binary.Function.class)
  void of_the_functions_of_two_images_only_sum_and_difference_are(Op.Binary.Function function) {
    String x = image(2, 3, 4, 5);
    Linearity local = of(new Op.Binary(function), x, x);
    if (function == Op.Binary.Function.ADD || function == Op.Binary.Function.SUB) {
      assertLinear(local, 2);
    } else {
      assertNotLinear(local);
    }
  }

  @ParameterizedTest
  @EnumSource(Op.Variadic.Function.class)
  void of_the_functions_of_many_images_only_sum_and_mean_are(Op.Variadic.Function function) {
    String x = image(2, 3, 4, 5);
    Linearity local = of(new Op.Variadic(function), x, x, x);
    if (function == Op.Variadic.Function.SUM || function == Op.Variadic.Function.MEAN) {
      assertLinear(local, 3);
    } else {
      assertNotLinear(local);
    }
  }

  @Test
  void a_sum_of_one_is_the_one() {
    Linearity local = of(new Op.Variadic(Op.Variadic.Function.SUM), image(2, 3, 4, 5));
    assertLinear(local, 1);
    assertThat(((Linearity.Linear) local).operands().get(0).map().isIdentity()).isTrue();
  }

  @Test
  void a_sum_with_a_constant_is_none_of_images() {
    String x = image(1, 3, 4, 5);
    assertNotLinear(of(new Op.Variadic(Op.Variadic.Function.SUM), x, weight("c", 1, 3, 4, 5), x));
  }

  @Test
  void an_activation_is_not_linear() {
    assertNotLinear(of(new Op.LeakyRelu(0.1f), image(2, 3, 4, 5)));
  }

  @Test
  void an_output_that_is_not_wanted_is_none() {
    assertNotLinear(of(new Op.Unary(Op.Unary.Function.NEG), List.of(""), image(2, 3, 4, 5)));
    assertNotLinear(of(new Op.Identity(), List.of(), image(2, 3, 4, 5)));
  }

  private Linearity norm(boolean training, String x, List<String> outputs, long channels) {
    List<String> inputs = new ArrayList<>(List.of(x));
    for (String word : List.of("gamma", "beta", "mean", "variance")) {
      inputs.add(weight(word, channels));
    }
    return of(
        new Op.BatchNormalization(0.5f, 0.9f, training), outputs, inputs.toArray(new String[0]));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void a_norm_that_gives_its_statistics_is_in_training(boolean training) {
    String x = image(2, 3, 4, 5);
    assertRefused(norm(training, x, List.of("y", "mean_out", "variance_out"), 3), "training mode");
  }

  @Test
  void a_norm_that_gives_only_its_statistics_is_in_training() {
    assertRefused(norm(true, image(2, 3, 4, 5), List.of("", "m"), 3), "training mode");
  }

  @Test
  void a_norm_that_leaves_its_other_outputs_out_is_not() {
    assertLinear(norm(false, image(2, 3, 4, 5), List.of("y", "", ""), 3), 1);
  }

  @Test
  void a_norm_of_unknown_rank_says_so() {
    graph.input(new Value("x", Optional.of(ElementType.DOUBLE), Optional.empty()));
    assertRefused(norm(false, "x", List.of("y"), 3), "the rank of its input is unknown");
  }

  @Test
  void a_norm_of_rows_has_no_spatial_axes() {
    Linearity local = norm(false, image(2, 3), List.of("y"), 3);
    assertLinear(local, 1);
    assertThat(((Linearity.Linear) local).axis()).isEqualTo(ChannelAxis.LAST);
    assertThat(((Linearity.Linear) local).operands().get(0).map().rank()).isZero();
  }

  @Test
  void a_norm_without_channels_is_not_looked_at() {
    assertNotLinear(norm(false, image(2, 0, 4, 5), List.of("y"), 0));
  }

  @Test
  void a_negation_of_unknown_rank_or_channels_is_not() {
    graph.input(new Value("x", Optional.of(ElementType.DOUBLE), Optional.empty()));
    assertNotLinear(of(new Op.Unary(Op.Unary.Function.NEG), "x"));
  }

  @ParameterizedTest
  @EnumSource(
      value = Op.Binary.Function.class,
      names = {"ADD", "SUB", "MUL", "DIV"})
  void two_constants_are_no_image(Op.Binary.Function function) {
    assertNotLinear(of(new Op.Binary(function), weight("a", 1, 3, 4, 5), weight("c", 1, 3, 1, 1)));
  }

  @ParameterizedTest
  @CsvSource({"POW, true", "POW, false", "DIV, false", "GREATER, false", "EQUAL, true"})
  void other_functions_of_an_image_and_a_constant_are_not(
      Op.Binary.Function function, boolean imageFirst) {
    String x = image(2, 3, 4, 5);
    String c = weight("c", 3, 1, 1);
    assertNotLinear(of(new Op.Binary(function), imageFirst ? x : c, imageFirst ? c : x));
  }

  @Test
  void a_division_by_zero_in_one_channel_is_not() {
    String x = image(2, 3, 4, 5);
    graph.initializer("c", Tensor.ofDoubles(ElementType.DOUBLE, new double[] {1, 0, 2}, 3, 1, 1));
    assertNotLinear(of(new Op.Binary(Op.Binary.Function.DIV), x, "c"));
  }

  @ParameterizedTest
  @CsvSource({"1 1 1 1 1, false", "1 1 3 1 1, false", "1 3 1 1, true", "1, true", "4 5, false"})
  void a_constant_of_more_axes_than_the_image_is_none_a_channel(String dims, boolean linear) {
    long[] sizes = Arrays.stream(dims.split(" ", -1)).mapToLong(Long::parseLong).toArray();
    Linearity local =
        of(new Op.Binary(Op.Binary.Function.MUL), image(2, 3, 4, 5), weight("c", sizes));
    assertThat(local instanceof Linearity.Linear).isEqualTo(linear);
    assertThat(local instanceof Linearity.NotLinear).isNotEqualTo(linear);
  }

  private Linearity sum(long[] first, long[] second) {
    graph.input(Value.of("a", ElementType.DOUBLE, Shape.of(first)));
    graph.input(Value.of("b", ElementType.DOUBLE, Shape.of(second)));
    return of(new Op.Binary(Op.Binary.Function.ADD), "a", "b");
  }

  @Test
  void a_sum_of_different_ranks_broadcasts() {
    assertNotLinear(sum(new long[] {2, 4, 4, 5}, new long[] {4, 4, 5}));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 3})
  void a_sum_of_different_sizes_broadcasts(int axis) {
    long[] small = {2, 4, 3, 5};
    small[axis] = 1;
    assertNotLinear(sum(new long[] {2, 4, 3, 5}, small));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 3})
  void so_does_a_sum_whose_smaller_image_comes_first(int axis) {
    long[] small = {2, 4, 3, 5};
    small[axis] = 1;
    assertNotLinear(sum(small, new long[] {2, 4, 3, 5}));
  }

  @Test
  void a_sum_of_rows_is_linear() {
    assertLinear(sum(new long[] {2, 4}, new long[] {2, 4}), 2);
  }

  @Test
  void a_sum_of_equal_images_is_linear() {
    assertLinear(sum(new long[] {2, 4, 3, 5}, new long[] {2, 4, 3, 5}), 2);
  }

  @ParameterizedTest
  @CsvSource({"1, true", "-3, true", "0, false", "2, false", "-1, false", "-2, false", "-4, false"})
  void a_concat_of_channels_by_either_name_of_the_axis(int axis, boolean channels) {
    String x = image(2, 3, 4, 5);
    Linearity local = of(new Op.Concat(axis), x, x);
    assertThat(local)
        .isEqualTo(
            channels
                ? new Linearity.Stacked(List.of(x, x), ChannelAxis.SECOND)
                : new Linearity.NotLinear());
  }

  @Test
  void a_concat_of_one_is_none() {
    assertNotLinear(of(new Op.Concat(1), image(2, 3, 4, 5)));
  }

  @Test
  void a_concat_of_unknown_rank_goes_by_its_positive_axis() {
    graph.input(new Value("x", Optional.of(ElementType.DOUBLE), Optional.empty()));
    assertThat(of(new Op.Concat(1), "x", "x")).isInstanceOf(Linearity.Stacked.class);
    assertNotLinear(of(new Op.Concat(-3), "x", "x"));
  }

  @Test
  void a_convolution_of_integers_is_not_linear() {
    graph.input(Value.of("x", ElementType.INT32, Shape.of(1, 1, 3, 3)));
    graph.initializer("w", Tensor.ofDoubles(ElementType.INT32, new double[] {2}, 1, 1, 1, 1));
    assertNotLinear(of(new Op.Conv(Window.DEFAULT, 1), "x", "w"));
  }

  @Test
  void a_convolution_without_outputs_is_not_linear() {
    graph.initializer("w", Tensor.ofDoubles(ElementType.DOUBLE, new double[0], 0, 3, 1, 1));
    assertNotLinear(of(new Op.Conv(Window.DEFAULT, 1), image(2, 3, 4, 5), "w"));
  }

  @ParameterizedTest
  @ValueSource(ints = {Affine.FARTHEST + 1, Integer.MAX_VALUE})
  void a_window_that_reaches_beyond_any_image_is_not_linear(int far) {
    Window window = Window.of(List.of(far, 1), List.of(), List.of());
    String x = image(2, 3, 4, 5);
    assertRefused(of(new Op.Conv(window, 1), x, weight("w", 3, 3, 1, 1)), "reaches farther than");
    assertNotLinear(of(new Op.AveragePool(List.of(1, 1), window, false, true), x));
  }

  @Test
  void an_average_of_unknown_channels_is_not_linear() {
    graph.input(new Value("x", Optional.of(ElementType.DOUBLE), Optional.empty()));
    assertNotLinear(of(new Op.AveragePool(List.of(2, 2), Window.DEFAULT, false, true), "x"));
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "0, 1"})
  void pads_of_the_batch_are_not_linear(long begin, long end) {
    String pads = longs("p", begin, 0, 0, 0, end, 0, 0, 0);
    assertNotLinear(of(PAD, image(2, 3, 4, 5), pads));
  }

  @Test
  void a_pad_of_ones_or_of_the_image_is_not_linear() {
    String x = image(2, 3, 4, 5);
    String pads = longs("p", 0, 0, 1, 0, 0, 0, 0, 0);
    assertNotLinear(of(PAD, x, pads, weight("one", 1)));
    Op reflect = new Op.Pad(Op.Pad.Mode.REFLECT, Optional.empty(), OptionalDouble.empty());
    assertNotLinear(of(reflect, List.of("z"), x, pads));
    assertLinear(of(PAD, List.of("w"), x, pads), 1);
  }

  /** What no shape contradicts, because none is known, is refused by a runtime only. */
  @ParameterizedTest(name = "pads {0} of axes {1}")
  @CsvSource({
    "0 0 1 1 0 0 1 1, '', true",
    "0 0 1 0 0 1, '', false",
    "0 0 1 1 1 0 0 1 1 1, '', false",
    "1 1 2 2, 2 3, true",
    "1 1 2, 2 3, false",
    "1 1 2 2 3 3, 2 3, false",
    "1 2, 4, false",
    "1 2, -5, false",
    "1 2, -1, true",
    "1 2, 9223372036854775807, false",
    "1 2, -9223372036854775808, false"
  })
  void pads_that_do_not_fit_the_axes(String pads, String axes, boolean linear) {
    String x = guessed();
    String amounts = longs("p", numbers(pads));
    Linearity local =
        axes.isEmpty() ? of(PAD, x, amounts) : of(PAD, x, amounts, "", longs("a", numbers(axes)));
    assertThat(local instanceof Linearity.Linear).isEqualTo(linear);
    assertThat(local instanceof Linearity.NotLinear).isNotEqualTo(linear);
  }

  @ParameterizedTest
  @CsvSource({
    "0 0 1 1 0 0 1 1, true",
    "0 0 1 0 0 0, false",
    "0 0 0 0, false",
    "0 0 1 1 1 0 0 1 1 1, false"
  })
  void pads_as_attributes_that_do_not_fit_the_axes(String pads, boolean linear) {
    List<Long> all = Arrays.stream(numbers(pads)).boxed().toList();
    Op pad = new Op.Pad(Op.Pad.Mode.CONSTANT, Optional.of(all), OptionalDouble.empty());
    graph.opset("", 10);
    assertThat(of(pad, guessed()) instanceof Linearity.Linear).isEqualTo(linear);
  }

  @ParameterizedTest(name = "starts {0}, ends {1}, axes {2}, steps {3}")
  @CsvSource({
    "1 1, 9 9, 2 3, 1 1, false",
    "1 1, -1 -1, 2 3, 1 1, true",
    "1 1, -1, 2 3, 1 1, false",
    "1, -1 -1, 2 3, 1 1, false",
    "1 1, -1 -1, 2, 1 1, false",
    "1 1, -1 -1, 2 3, 1, false",
    "1, -1, 4, 1, false",
    "1, -1, -5, 1, false",
    "1, -1, 1, 1, false",
    "1, -1, -3, 1, false",
    "1, -1, 3, 0, false",
    "1, -1, 3, -1, false",
    "0, 0, 3, 1, false",
    "0, -9223372036854775808, 3, 1, false",
    "-1, 9223372036854775807, 3, 1, false"
  })
  void bounds_that_do_not_fit_the_axes(
      String starts, String ends, String axes, String steps, boolean linear) {
    String[] inputs = {
      guessed(),
      longs("s", numbers(starts)),
      longs("e", numbers(ends)),
      longs("a", numbers(axes)),
      longs("t", numbers(steps))
    };
    Linearity local = of(SLICE, inputs);
    assertThat(local instanceof Linearity.Linear).isEqualTo(linear);
    assertThat(local instanceof Linearity.NotLinear).isNotEqualTo(linear);
  }

  @ParameterizedTest(name = "[{0}:{1}] of 5")
  @CsvSource({"1, 5, -1", "1, 9, -1", "0, 3, -2", "4, 5, -4", "0, 9223372036854775807, 0"})
  void a_cut_of_a_known_size_is_counted_from_the_end(long start, long end, int tail) {
    String x = image(2, 3, 4, 5);
    Linearity local =
        of(SLICE, x, longs("s", start), longs("e", end), longs("a", 3), longs("t", 2));
    assertLinear(local, 1);
    Affine map = ((Linearity.Linear) local).operands().get(0).map();
    assertThat(map.tail()).containsExactly(0, tail);
    assertThat(map.stride()).containsExactly(1, 2);
    assertThat(map.taps().min(1)).isEqualTo((int) start);
    assertThat(map.bias()).containsExactly(0, 0, 0);
  }

  private static long[] numbers(String words) {
    return Arrays.stream(words.split(" ", -1)).mapToLong(Long::parseLong).toArray();
  }
}
