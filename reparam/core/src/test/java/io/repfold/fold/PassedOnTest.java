package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes that pass an image on in unusual ways, and their twins that do something after all. */
class PassedOnTest {
  private static final String[] GONE = {"Relu", "Sigmoid"};

  private final Net net = new Net();

  private static Verified between(String[] dims, Op op, String... constants) {
    return between(new Net(), dims, op, constants);
  }

  private static Verified between(Net net, String[] dims, Op op, String... constants) {
    List<String> inputs = new ArrayList<>(List.of(net.b.relu(net.image("x", dims))));
    inputs.addAll(List.of(constants));
    String y = net.op(op, inputs.toArray(new String[0]));
    return net.fold(net.b.unary(Op.Unary.Function.SIGMOID, y));
  }

  private static String[] dims(String words) {
    return words.split(" ", -1);
  }

  @ParameterizedTest
  @CsvSource({"4, 1, true", "4, -1, true", "4, 0, false", "4 H, 1, false", "1 1, 1, false"})
  void a_flatten_of_rows(String dims, int axis, boolean goes) {
    between(dims(dims), new Op.Flatten(axis))
        .becomes(goes ? GONE : new String[] {"Relu", "Flatten", "Sigmoid"});
  }

  @ParameterizedTest
  @CsvSource({"4 5 6, true", "4 1 6, false"})
  void a_squeeze_of_known_sizes(String dims, boolean goes) {
    // Of a batch of unknown size nobody knows whether it is 1.
    Net sized = new Net();
    List<Long> sizes = new ArrayList<>(List.of(2L));
    for (String dim : dims(dims)) {
      sizes.add(Long.parseLong(dim));
    }
    String x = sized.b.input("x", sizes.stream().mapToLong(Long::longValue).toArray());
    String y = sized.op(new Op.Squeeze(Optional.empty()), sized.b.relu(x));
    sized
        .fold(sized.b.unary(Op.Unary.Function.SIGMOID, y))
        .becomes(goes ? GONE : new String[] {"Relu", "Squeeze", "Sigmoid"});
  }

  @Test
  void an_unsqueeze_of_no_axis_goes_and_one_of_an_axis_stays() {
    between(dims("4 H"), new Op.Unsqueeze(Optional.of(List.of()))).becomes(GONE);
    between(dims("4 H"), new Op.Unsqueeze(Optional.of(List.of(0))))
        .becomes("Relu", "Unsqueeze", "Sigmoid");
  }

  @Test
  void an_expand_to_the_shape_that_is_there_goes() {
    between(net, dims("4 5"), new Op.Expand(), net.longs(4, 1)).becomes(GONE);
  }

  @Test
  void an_expand_to_a_larger_shape_stays() {
    between(net, dims("4 1"), new Op.Expand(), net.longs(4, 3))
        .becomes("Relu", "Expand", "Sigmoid");
  }

  @Test
  void a_reverse_of_axes_that_is_not_written_stays() {
    between(dims("2"), new Op.Transpose(List.of())).becomes("Relu", "Transpose", "Sigmoid");
  }

  @ParameterizedTest
  @CsvSource({"1, true", "-1, false"})
  void a_slice_of_a_whole_axis_of_known_size(long step, boolean goes) {
    String[] bounds =
        step > 0
            ? new String[] {net.longs(0), net.longs(5)}
            : new String[] {net.longs(4), net.longs(Long.MIN_VALUE)};
    between(net, dims("4 5"), Net.SLICE, bounds[0], bounds[1], net.longs(2), net.longs(step))
        .becomes(goes ? GONE : new String[] {"Relu", "Slice", "Sigmoid"});
  }

  @Test
  void a_slice_without_steps_of_a_whole_axis_goes() {
    between(net, dims("4 5"), Net.SLICE, net.longs(0), net.longs(9), net.longs(-1)).becomes(GONE);
  }

  /** Five rows read backwards are five rows too. */
  @Test
  void a_slice_whose_step_is_computed_stays() {
    String x = net.b.relu(net.image("x", "4", "5"));
    String one = net.op(new Op.ShapeOf(0, Optional.of(1)), net.image("n", "4"));
    String half = net.op(new Op.Binary(Op.Binary.Function.SUB), one, net.longs(1));
    String y = net.op(Net.SLICE, x, net.longs(0), net.longs(5), net.longs(2), half);
    net.b.output(net.b.unary(Op.Unary.Function.SIGMOID, y));
    Graph graph =
        net.b.build().toBuilder()
            .declare(
                Value.of(
                    y,
                    ElementType.DOUBLE,
                    new io.repfold.graph.Shape(
                        List.of(
                            new io.repfold.graph.Dim.Symbol("N"),
                            io.repfold.graph.Dim.of(4),
                            io.repfold.graph.Dim.of(5)))))
            .build();
    assertThat(Verified.fold(graph).types()).contains("Slice");
  }

  @ParameterizedTest
  @CsvSource({"0, true", "1, false"})
  void pads_as_attributes(long amount, boolean goes) {
    Op pad =
        new Op.Pad(
            Op.Pad.Mode.EDGE,
            Optional.of(List.of(0L, 0L, amount, 0L, 0L, -amount)),
            OptionalDouble.empty());
    String y = net.op(pad, net.b.relu(net.image("x", "4", "5")));
    net.b.output(net.b.unary(Op.Unary.Function.SIGMOID, y));
    Verified.fold(net.b.build().toBuilder().opset("", 10).build())
        .becomes(goes ? GONE : new String[] {"Relu", "Pad", "Sigmoid"});
  }

  /** The end of the image is repeated, or not, as the batch is. */
  @Test
  void pads_that_are_computed_stay() {
    String x = net.b.relu(net.image("x", "4", "5"));
    String n = net.op(new Op.ShapeOf(0, Optional.of(1)), x);
    String zero = net.op(new Op.Binary(Op.Binary.Function.SUB), n, n);
    String all = net.op(new Op.Concat(0), net.longs(0, 0, 0, 0, 0), zero);
    String y = net.op(Net.PAD, x, all);
    assertThat(net.fold(net.b.unary(Op.Unary.Function.SIGMOID, y)).types()).contains("Pad");
  }

  @ParameterizedTest
  @CsvSource({"none, true", "unread, true", "read, false", "output, false", "unwanted, true"})
  void a_dropout_by_what_becomes_of_its_mask(String mask, boolean goes) {
    String x = net.b.relu(net.image("x", "4", "5"));
    List<String> outputs =
        mask.equals("none")
            ? List.of("d")
            : mask.equals("unwanted") ? List.of("d", "") : List.of("d", "mask");
    Graph.Builder graph = net.b.build().toBuilder();
    graph.node(new Node("", new Op.Dropout(OptionalDouble.empty()), List.of(x), outputs));
    graph.node(new Op.Unary(Op.Unary.Function.SIGMOID), List.of("d"), "y");
    graph.output(new Value("y", Optional.empty(), Optional.empty()));
    if (mask.equals("read")) {
      graph.node(new Op.Cast(ElementType.FLOAT), List.of("mask"), "m");
      graph.output(new Value("m", Optional.empty(), Optional.empty()));
    }
    if (mask.equals("output")) {
      graph.output(new Value("mask", Optional.empty(), Optional.empty()));
    }
    Graph folded = Folder.fold(graph.build()).graph();
    assertThat(folded.nodes().stream().noneMatch(n -> n.op() instanceof Op.Dropout))
        .isEqualTo(goes);
  }

  @Test
  void a_dropout_whose_mode_callers_choose_stays() {
    String x = net.b.relu(net.image("x", "4", "5"));
    Graph.Builder graph = net.b.build().toBuilder();
    graph.input(Value.of("mode", ElementType.BOOL, io.repfold.graph.Shape.of()));
    graph.node(new Op.Dropout(OptionalDouble.empty()), List.of(x, "", "mode"), "d");
    graph.node(new Op.Unary(Op.Unary.Function.SIGMOID), List.of("d"), "y");
    graph.output(new Value("y", Optional.empty(), Optional.empty()));
    assertThat(Folder.fold(graph.build()).graph().nodes()).hasSize(3);
    graph.initializer("mode", Tensor.ofDoubles(ElementType.BOOL, new double[1]));
    assertThat(Folder.fold(graph.build()).graph().nodes()).hasSize(3);
  }

  @Test
  void a_cast_of_what_has_no_known_type_stays() {
    Graph.Builder graph = new Graph.Builder("cast");
    graph.input(new Value("x", Optional.empty(), Optional.empty()));
    graph.node(new Op.Cast(ElementType.FLOAT), List.of("x"), "c");
    graph.node(new Op.Unary(Op.Unary.Function.RELU), List.of("c"), "y");
    graph.output(new Value("y", Optional.empty(), Optional.empty()));
    assertThat(Folder.fold(graph.build()).graph().nodes()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({"128 128, true", "128 129, false"})
  void many_neutral_numbers(String sizes, boolean goes) {
    long height = Long.parseLong(dims(sizes)[0]);
    long width = Long.parseLong(dims(sizes)[1]);
    String zeros = net.reals(0, 4, height, width);
    between(net, dims("4 " + sizes), new Op.Binary(Op.Binary.Function.SUB), zeros)
        .becomes(goes ? GONE : new String[] {"Relu", "Sub", "Sigmoid"});
  }

  @ParameterizedTest
  @CsvSource({"'', true", "1, false"})
  void a_neutral_number_beside_an_image_of_unknown_rank(String dims, boolean goes) {
    // A number with an axis makes a row of a number without one.
    String one = net.reals(1, dims.isEmpty() ? new long[0] : new long[] {1});
    String y = net.op(new Op.Binary(Op.Binary.Function.DIV), net.b.relu(net.image("x", "4")), one);
    net.foldUnranked(net.b.unary(Op.Unary.Function.SIGMOID, y))
        .becomes(goes ? GONE : new String[] {"Relu", "Div", "Sigmoid"});
  }

  @ParameterizedTest
  @CsvSource({"SUB, 0", "DIV, 1", "POW, 1"})
  void a_neutral_number_on_the_left_does_something(Op.Binary.Function function, double number) {
    String x = net.b.relu(net.image("x", "4", "5"));
    String y = net.op(new Op.Binary(function), net.reals(number), x);
    net.fold(net.b.unary(Op.Unary.Function.SIGMOID, y)).becomes("Relu", function.type(), "Sigmoid");
  }

  @Test
  void a_norm_that_gives_its_statistics_stays() {
    String x = net.image("x", "4", "5");
    Graph.Builder graph = net.b.build().toBuilder();
    double[] ones = {1, 1, 1, 1};
    graph.initializer("one", Tensor.ofDoubles(ElementType.DOUBLE, ones, 4));
    graph.initializer("zero", Tensor.ofDoubles(ElementType.DOUBLE, new double[4], 4));
    graph.node(
        new Node(
            "",
            new Op.BatchNormalization(0, 0.9f, true),
            List.of(x, "one", "zero", "zero", "one"),
            List.of("y", "mean", "variance")));
    for (String output : List.of("y", "mean", "variance")) {
      graph.output(new Value(output, Optional.empty(), Optional.empty()));
    }
    assertThat(Folder.fold(graph.build()).graph().nodes()).hasSize(1);
  }

  /** No runtime takes such a node; passing on its first output would lose the second. */
  @Test
  void an_identity_of_two_outputs_stays() {
    Graph.Builder graph = net.b.build().toBuilder();
    graph.input(Value.of("x", ElementType.DOUBLE, io.repfold.graph.Shape.of(2)));
    graph.node(new Node("two", new Op.Identity(), List.of("x"), List.of("a", "b")));
    graph.node(new Op.Binary(Op.Binary.Function.ADD), List.of("a", "b"), "y");
    graph.output(new Value("y", Optional.empty(), Optional.empty()));
    assertThat(Folder.fold(graph.build()).graph().nodes()).hasSize(2);
  }

  /** An input that is left out has the empty name, which such a node must not take over. */
  @Test
  void an_output_that_is_not_wanted_is_passed_on_to_nobody() {
    String x = net.b.relu(net.image("x", "4", "5"));
    Graph.Builder graph = net.b.build().toBuilder();
    graph.node(new Node("", new Op.Identity(), List.of(x), List.of("")));
    graph.initializer("most", Tensor.ofDoubles(ElementType.DOUBLE, new double[] {2}));
    graph.node(
        new Op.Clip(OptionalDouble.empty(), OptionalDouble.empty()), List.of(x, "", "most"), "y");
    graph.output(new Value("y", Optional.empty(), Optional.empty()));
    Verified verified = Verified.fold(graph.build());
    Node clip = verified.graph().producer("y").orElseThrow();
    assertThat(clip.inputs()).containsExactly(x, "", "most");
  }

  private Verified twoPads(Op first, String firstPads, Op second, String secondPads) {
    String x = net.b.relu(net.image("x", "4", "5"));
    String left = net.b.relu(net.op(first, x, firstPads));
    String right = net.b.unary(Op.Unary.Function.SIGMOID, net.op(second, x, secondPads));
    return net.fold(left, right);
  }

  @Test
  void pads_of_equal_amounts_under_different_names_are_made_once() {
    assertThat(
            twoPads(Net.PAD, net.longs(0, 0, 1, 0, 0, 1), Net.PAD, net.longs(0, 0, 1, 0, 0, 1))
                .types())
        .containsOnlyOnce("Pad");
  }

  @ParameterizedTest
  @ValueSource(strings = {"REFLECT", "EDGE"})
  void pads_of_different_kinds_are_two(Op.Pad.Mode mode) {
    Op other = new Op.Pad(mode, Optional.empty(), OptionalDouble.empty());
    String pads = net.longs(0, 0, 1, 0, 0, 1);
    assertThat(twoPads(Net.PAD, pads, other, pads).types()).filteredOn("Pad"::equals).hasSize(2);
  }

  @Test
  void pads_of_different_amounts_are_two() {
    assertThat(
            twoPads(Net.PAD, net.longs(0, 0, 1, 0, 0, 1), Net.PAD, net.longs(0, 0, 1, 0, 0, 2))
                .types())
        .filteredOn("Pad"::equals)
        .hasSize(2);
  }

  @Test
  void equal_pads_that_are_both_outputs_keep_both_names() {
    String x = net.b.relu(net.image("x", "4", "5"));
    String pads = net.longs(0, 0, 1, 0, 0, 1);
    Verified verified = net.fold(net.op(Net.PAD, x, pads), net.op(Net.PAD, x, pads));
    assertThat(verified.graph().outputs()).hasSize(2);
  }
}
