package io.repfold.precision.half;

import static io.repfold.kit.Layers.MUL;
import static io.repfold.kit.Layers.RELU;
import static io.repfold.precision.Graphs.conv;
import static io.repfold.precision.Graphs.images;
import static io.repfold.precision.Graphs.norm;
import static io.repfold.precision.Graphs.run;
import static io.repfold.precision.Graphs.runAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.repfold.fold.Folder;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Rounding;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.Window;
import io.repfold.kit.Difference;
import io.repfold.kit.Tensors;
import io.repfold.kit.Values;
import io.repfold.precision.Graphs;
import io.repfold.precision.Range;
import io.repfold.precision.half.HalfReport.Cause;
import io.repfold.precision.half.HalfReport.Island;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class HalfIslandsTest {
  private static List<Island> islands(Graph graph, HalfOptions options) {
    return HalfPrecision.convert(graph, options).report().islands();
  }

  private static Map<String, Range> ranges(Graph graph) {
    return Range.ofRuns(List.of(runAll(graph, Rounding.NONE)));
  }

  /**
   * A normalization of a channel that hardly varies, far from 0: its factor is 1.5 / sqrt(1.1e-5),
   * 452, and its offset -452 times the mean.
   */
  private static Graph planted(double mean) {
    Graph.Builder b = conv(images(6, 5), "x", "a", 0.5);
    norm(b, "a", "n", mean, 1e-6);
    b.node(new Op.Unary(Op.Unary.Function.SOFTSIGN), List.of("n"), "s");
    return conv(b, "s", "y", 0.5).output(Values.float32("y")).build();
  }

  @Test
  void a_planted_overflow_is_predicted_and_an_island_cures_it() {
    Graph graph = Folder.fold(planted(-144.5)).graph();
    double[] expected = run(graph, Rounding.NONE);
    assertThat(graph.nodes()).noneMatch(n -> n.op() instanceof Op.BatchNormalization);

    HalfPrecision.Result blind = HalfPrecision.convert(graph, HalfOptions.FLOAT16.withMargin(1));
    HalfPrecision.Result told =
        HalfPrecision.convert(graph, HalfOptions.FLOAT16.withMargin(1).withRanges(ranges(graph)));

    assertThat(blind.report().islands()).isEmpty();
    assertThat(runAll(blind.graph(), Rounding.STORED).get("n").data())
        .contains(Double.POSITIVE_INFINITY);
    assertThat(told.report().exceeding())
        .extracting(HalfReport.Exceeding::value, HalfReport.Exceeding::certain)
        .containsExactly(tuple("n", true));
    assertThat(told.report().islands())
        .extracting(Island::output, Island::cause)
        .containsExactly(tuple("n", Cause.RANGE), tuple("s", Cause.RANGE));
    assertThat(told.report().islands().get(0).because())
        .matches("value 'n' is in \\[.*\\], and FLOAT16 ends at 6.550e\\+04 \\(margin 1.00\\)");
    double[] cured = run(told.graph(), Rounding.STORED);
    assertThat(Difference.ALL_FINITE.relative(expected, cured)).isLessThan(0.002);
  }

  @Test
  void an_offset_beyond_the_type_is_seen_without_ranges() {
    Graph graph = Folder.fold(planted(-1000)).graph();

    List<Island> islands = islands(graph, HalfOptions.FLOAT16);

    assertThat(islands).extracting(Island::cause).containsExactly(Cause.WEIGHTS);
    assertThat(islands.get(0).because()).contains("holds 4.5", "FLOAT16 ends at 6.550e+04");
    assertThat(islands(graph.toBuilder().opset("", 22).build(), HalfOptions.BFLOAT16)).isEmpty();
  }

  @Test
  void the_margin_is_for_other_data() {
    Graph graph = Folder.fold(planted(-100)).graph();
    HalfOptions options = HalfOptions.FLOAT16.withRanges(ranges(graph));

    HalfReport wide = HalfPrecision.convert(graph, options).report();

    assertThat(wide.exceeding()).extracting(HalfReport.Exceeding::certain).containsExactly(false);
    assertThat(wide.islands()).extracting(Island::cause).contains(Cause.RANGE);
    assertThat(islands(graph, options.withMargin(1))).isEmpty();
  }

  @Test
  void a_normalization_that_is_not_folded_keeps_float32_statistics() {
    Graph graph = planted(0);

    HalfPrecision.Result result = HalfPrecision.convert(graph, HalfOptions.FLOAT16);

    assertThat(result.report().islands().get(0))
        .extracting(Island::output, Island::cause)
        .containsExactly("n", Cause.NORMALIZATION);
    assertThat(result.graph().initializers().get("n.variance"))
        .isEqualTo(graph.initializers().get("n.variance"));
    assertThat(
            Difference.ALL_FINITE.relative(
                run(graph, Rounding.NONE), run(result.graph(), Rounding.STORED)))
        .isLessThan(0.01);
  }

  @ParameterizedTest
  @EnumSource(
      value = Op.Unary.Function.class,
      names = {"EXP", "LOG", "SOFTPLUS", "RECIPROCAL"})
  void functions_that_enlarge_errors_stay(Op.Unary.Function function) {
    Graph.Builder b = conv(images(3, 3), "x", "a", 0.5);
    b.node(new Op.Unary(function), List.of("a"), "f");

    assertThat(
            islands(conv(b, "f", "y", 1).output(Values.float32("y")).build(), HalfOptions.FLOAT16))
        .extracting(Island::output, Island::cause)
        .containsExactly(tuple("f", Cause.FUNCTION));
  }

  @ParameterizedTest
  @EnumSource(
      value = Op.Unary.Function.class,
      names = {"RELU", "SIGMOID", "HARD_SWISH", "MISH", "SOFTSIGN", "TANH", "ERF"})
  void activations_that_keep_errors_small_become_half(Op.Unary.Function function) {
    Graph.Builder b = conv(images(3, 3), "x", "a", 0.5).opset("", 18);
    b.node(new Op.Unary(function), List.of("a"), "f");

    assertThat(
            islands(conv(b, "f", "y", 1).output(Values.float32("y")).build(), HalfOptions.FLOAT16))
        .isEmpty();
  }

  static Stream<Arguments> islandsOfOps() {
    return Stream.of(
        arguments(new Op.Gelu(true), HalfOptions.FLOAT16, ""),
        arguments(new Op.Selu(1, 1), HalfOptions.FLOAT16, ""),
        arguments(new Op.ThresholdedRelu(1), HalfOptions.FLOAT16, ""),
        arguments(new Op.Celu(1), HalfOptions.FLOAT16, "FUNCTION"),
        arguments(new Op.LogSoftmax(-1, false), HalfOptions.FLOAT16, "FUNCTION"),
        arguments(new Op.Hardmax(-1, false), HalfOptions.FLOAT16, ""),
        arguments(new Op.LpNormalization(-1, 2), HalfOptions.FLOAT16, "NORMALIZATION"),
        arguments(new Op.InstanceNormalization(1), HalfOptions.FLOAT16, "NORMALIZATION"),
        arguments(new Op.LayerNormalization(-1, 1), HalfOptions.FLOAT16, "NORMALIZATION"),
        arguments(new Op.TopK(2, true, true), HalfOptions.FLOAT16, ""),
        arguments(new Op.TopK(2, true, true), HalfOptions.BFLOAT16, "FUNCTION"),
        arguments(new Op.Einsum("abcd->abdc"), HalfOptions.FLOAT16, ""),
        arguments(new Op.Einsum("abcd->abdc"), HalfOptions.BFLOAT16, "FUNCTION"),
        arguments(new Op.CumSum(false, false), HalfOptions.FLOAT16, "REDUCTION"));
  }

  @ParameterizedTest
  @MethodSource("islandsOfOps")
  void ops_stay_where_their_results_or_the_standard_ask_for_it(
      Op op, HalfOptions options, String cause) {
    Graph.Builder b = conv(images(3, 3), "x", "a", 0.5).opset("", 22);
    b.initializer("one", Tensor.ofLongs(new long[] {1}, 1));
    b.initializer("scale", Tensors.filled(1, op instanceof Op.LayerNormalization ? 3 : 4));
    boolean scales = op instanceof Op.LayerNormalization || op instanceof Op.InstanceNormalization;
    boolean counts = op instanceof Op.TopK || op instanceof Op.CumSum;
    List<String> inputs =
        scales ? List.of("a", "scale", "scale") : counts ? List.of("a", "one") : List.of("a");
    b.node(op, inputs, "f");
    Graph graph = conv(b, "f", "y", 1).output(Values.float32("y")).build();

    assertThat(islands(graph, options))
        .extracting(i -> i.output() + " " + i.cause())
        .isEqualTo(cause.isEmpty() ? List.of() : List.of("f " + cause));
  }

  @ParameterizedTest
  @CsvSource({"1e-3, true", "1e-5, false"})
  void a_quotient_is_half_if_its_divisor_is_known_not_to_vanish(double smallest, boolean half) {
    Graph.Builder b = conv(images(3, 3), "x", "a", 0.5);
    conv(b, "a", "d", 0.5);
    b.node(new Op.Binary(Op.Binary.Function.DIV), List.of("a", "d"), "q");
    Graph graph = conv(b, "q", "y", 1).output(Values.float32("y")).build();
    Map<String, Range> ranges = Map.of("d", new Range(0, 1, smallest));

    assertThat(islands(graph, HalfOptions.FLOAT16)).hasSize(1);
    assertThat(islands(graph, HalfOptions.FLOAT16.withRanges(ranges))).hasSize(half ? 0 : 1);
  }

  @Test
  void a_quotient_by_a_constant_is_half() {
    Graph.Builder b = conv(images(3, 3), "x", "a", 0.5).initializer("six", Tensors.filled(6, 4));
    b.initializer("shape", Tensor.ofLongs(new long[] {4, 1, 1}, 3));
    b.node(new Op.Reshape(false), List.of("six", "shape"), "s");
    b.initializer("three", Tensor.ofFloats(new float[] {3}));
    b.node(new Op.Binary(Op.Binary.Function.DIV), List.of("a", "three"), "y")
        .output(Values.float32("y"));

    assertThat(islands(b.build(), HalfOptions.FLOAT16)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"16, 16, 0", "16, 17, 1"})
  void long_sums_stay(int height, int width, int expected) {
    Graph.Builder b = conv(images(height, width), "x", "a", 0.5);
    b.node(new Op.GlobalAveragePool(), List.of("a"), "m");
    Graph graph = conv(b, "m", "y", 0.5).output(Values.float32("y")).build();

    List<Island> islands = islands(graph, HalfOptions.FLOAT16);

    assertThat(islands).hasSize(expected).allMatch(i -> i.cause() == Cause.REDUCTION);
    assertThat(islands(graph, HalfOptions.FLOAT16.withLargestReduction(4))).hasSize(1);
  }

  @Test
  void a_sum_over_some_axes_counts_these() {
    Graph.Builder b = conv(images(20, 20), "x", "a", 0.5);
    b.node(
        new Op.Reduce(Op.Reduce.Function.MEAN, Optional.of(List.of(1, -1)), true, false),
        List.of("a"),
        "m");
    Graph graph = conv(images(20, 20), "x", "a", 0.5).output(Values.float32("a")).build();
    assertThat(islands(graph, HalfOptions.FLOAT16)).isEmpty();

    Graph reduced = b.node(RELU, List.of("m"), "y").output(Values.float32("y")).build();
    assertThat(islands(reduced, HalfOptions.FLOAT16.withLargestReduction(80))).isEmpty();
    assertThat(islands(reduced, HalfOptions.FLOAT16.withLargestReduction(79)))
        .extracting(Island::output)
        .contains("m");
  }

  @Test
  void weights_that_would_vanish_stay_and_those_of_which_the_largest_count_do_not() {
    Graph tiny = conv(images(3, 3), "x", "y", 1e-7).output(Values.float32("y")).build();
    Tensor mixed =
        Tensor.ofFloats(
            new float[] {1e-6f, 1e-6f, 1e-6f, 1, 1, 1e-6f, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
            4,
            4,
            1,
            1);
    Graph uneven = tiny.toBuilder().replaceInitializers(Map.of("y.weight", mixed)).build();

    assertThat(islands(tiny, HalfOptions.FLOAT16))
        .extracting(Island::cause)
        .containsExactly(Cause.WEIGHTS);
    assertThat(islands(tiny, HalfOptions.FLOAT16).get(0).because())
        .contains("100.0 % of the nonzero elements of constant 'y.weight'");
    assertThat(islands(uneven, HalfOptions.FLOAT16)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1e-6, true", "1e5, false"})
  void a_bias_may_vanish_but_not_overflow(float bias, boolean half) {
    float[] values = {bias, -bias, bias, bias};
    Graph.Builder b = images(3, 3).initializer("bias", Tensor.ofFloats(values, 4));
    b.initializer("w", Tensor.ofFloats(new float[] {1, 1, 1, 1, 1, 1, 1, 1}, 4, 2, 1, 1));
    Op grouped = new Op.Conv(Window.DEFAULT, 2);
    Graph graph =
        b.node(grouped, List.of("x", "w", "bias"), "y").output(Values.float32("y")).build();

    assertThat(islands(graph, HalfOptions.FLOAT16))
        .extracting(Island::cause)
        .isEqualTo(half ? List.of() : List.of(Cause.WEIGHTS));
    double[] rounded =
        run(HalfPrecision.convert(graph, HalfOptions.FLOAT16).graph(), Rounding.STORED);
    assertThat(Difference.ALL_FINITE.relative(run(graph, Rounding.NONE), rounded)).isLessThan(2e-3);
  }

  @Test
  void a_value_that_would_vanish_stays() {
    Graph graph = conv(images(3, 3), "x", "y", 0.5).output(Values.float32("y")).build();
    Map<String, Range> ranges = Map.of("y", new Range(-3e-6, 5e-6));

    assertThat(islands(graph, HalfOptions.FLOAT16.withRanges(ranges)).get(0).because())
        .contains("below FLOAT16's smallest normal number 6.1e-05");
  }

  @Test
  void light_work_between_islands_joins_them() {
    Graph.Builder b = conv(images(3, 3), "x", "a", 0.5);
    Op exp = new Op.Unary(Op.Unary.Function.EXP);
    b.node(exp, List.of("a"), "e1")
        .node(RELU, List.of("e1"), "r")
        .node(MUL, List.of("r", "r"), "m");
    Graph graph =
        conv(b.node(exp, List.of("m"), "e2"), "e2", "y", 0.5).output(Values.float32("y")).build();

    HalfPrecision.Result result = HalfPrecision.convert(graph, HalfOptions.FLOAT16);

    assertThat(result.report().islands())
        .extracting(Island::output, Island::cause)
        .containsExactly(
            tuple("e1", Cause.FUNCTION),
            tuple("r", Cause.NEIGHBORS),
            tuple("m", Cause.NEIGHBORS),
            tuple("e2", Cause.FUNCTION));
    assertThat(Graphs.casts(result.graph())).hasSize(4);
    assertThat(Graphs.type(result.graph(), "a")).isEqualTo(ElementType.FLOAT16);
  }

  @Test
  void what_is_computed_of_sizes_stays() {
    Graph.Builder b = conv(images(50, 60), "x", "a", 0.5);
    b.node(new Op.Size(), List.of("a"), "count");
    b.node(new Op.Cast(ElementType.FLOAT), List.of("count"), "real");
    b.initializer("half", Tensor.ofFloats(new float[] {0.5f}));
    b.node(MUL, List.of("real", "half"), "middle");
    Graph graph = b.node(MUL, List.of("a", "middle"), "y").output(Values.float32("y")).build();

    assertThat(islands(graph, HalfOptions.FLOAT16))
        .extracting(Island::output, Island::cause)
        .containsExactly(tuple("real", Cause.SIZES), tuple("middle", Cause.SIZES));
  }

  @ParameterizedTest
  @CsvSource({"GridSample, 1", "RoiAlign, 1", "NonMaxSuppression, 0"})
  void what_leads_to_positions_in_an_image_stays_up_to_the_layer_before(String type, int input) {
    Graph.Builder b = conv(images(3, 3), "x", "a", 0.5);
    b.initializer("width", Tensor.ofFloats(new float[] {640}));
    b.node(new Op.Unary(Op.Unary.Function.SIGMOID), List.of("a"), "s");
    b.node(MUL, List.of("s", "width"), "places");
    List<String> inputs = input == 0 ? List.of("places", "a") : List.of("a", "places");
    b.node(new Op.Opaque("", type, Map.of(), List.of()), inputs, "y")
        .output(new Value("y", Optional.empty(), Optional.empty()));

    assertThat(islands(b.build(), HalfOptions.FLOAT16))
        .extracting(Island::output, Island::cause)
        .containsExactly(
            tuple("s", Cause.SIZES), tuple("places", Cause.SIZES), tuple("y", Cause.UNKNOWN));
  }

  @Test
  void what_leads_to_an_index_stays() {
    Graph.Builder b = conv(images(3, 3), "x", "a", 0.5).input(Value.float32("position", 1));
    b.initializer("width", Tensor.ofFloats(new float[] {3000}));
    b.node(MUL, List.of("position", "width"), "place");
    b.node(new Op.Cast(ElementType.INT64), List.of("place"), "index");
    b.node(new Op.Gather(0), List.of("a", "index"), "y").output(Values.float32("y"));

    assertThat(islands(b.build(), HalfOptions.FLOAT16))
        .extracting(Island::output, Island::cause)
        .containsExactly(tuple("place", Cause.SIZES));
  }
}
