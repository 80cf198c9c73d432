package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which ops of constants are computed beforehand, and which are left to the runtime. */
class ConstantOpsTest {
  private static final Op ADD = new Op.Binary(Op.Binary.Function.ADD);
  private static final Op RELU = new Op.Unary(Op.Unary.Function.RELU);

  private final Graph.Builder graph = new Graph.Builder("constants");

  private static Tensor doubles(double... values) {
    return Tensor.ofDoubles(ElementType.DOUBLE, values, values.length);
  }

  private void reals(String name, long... dims) {
    double[] values = new double[(int) Tensor.count(dims)];
    Arrays.setAll(values, i -> 1.5 + i);
    graph.initializer(name, Tensor.ofDoubles(ElementType.DOUBLE, values, dims));
  }

  private void longs(String name, long... values) {
    graph.initializer(name, Tensor.ofLongs(values, values.length));
  }

  /** Something that is not constant reads the value. */
  private Graph readBy(String value) {
    graph.input(Value.of("x", ElementType.DOUBLE, Shape.of(1)));
    graph.node(new Op.Opaque("custom", "Read", Map.of(), List.of()), List.of("x", value), "y");
    graph.output(new Value("y", Optional.empty(), Optional.empty()));
    return graph.build();
  }

  private boolean isComputed(String value) {
    Graph folded = Folder.fold(readBy(value)).graph();
    assertThat(folded.nodes().size() == 1).isEqualTo(folded.initializers().containsKey(value));
    return folded.nodes().size() == 1;
  }

  private record Case(Op op, double[] expected, String... inputs) {}

  /** The numbers are worked out by hand. */
  static List<Case> cases() {
    return List.of(
        new Case(ADD, new double[] {3, 5}, "pair", "pair"),
        new Case(new Op.Binary(Op.Binary.Function.POW), new double[] {2.25, 6.25}, "pair", "two"),
        new Case(new Op.Unary(Op.Unary.Function.NEG), new double[] {-1.5, -2.5}, "pair"),
        new Case(new Op.Variadic(Op.Variadic.Function.MAX), new double[] {2, 2.5}, "pair", "two"),
        new Case(new Op.Concat(0), new double[] {1.5, 2.5, 2}, "pair", "two"),
        new Case(new Op.Transpose(List.of(1, 0)), new double[] {1.5, 4.5, 2.5, 5.5, 3.5, 6.5}, "m"),
        new Case(new Op.MatMul(), new double[] {10, 22}, "m", "v"),
        new Case(new Op.Gather(1), new double[] {3.5, 6.5}, "m", "index"),
        new Case(new Op.Reshape(false), new double[] {1.5, 2.5, 3.5, 4.5, 5.5, 6.5}, "m", "six"),
        new Case(new Op.Slice(Optional.empty()), new double[] {2.5}, "pair", "one", "index"),
        new Case(new Op.Unsqueeze(Optional.of(List.of(0))), new double[] {1.5, 2.5}, "pair"),
        new Case(
            new Op.Reduce(Op.Reduce.Function.SUM, Optional.empty(), true, false),
            new double[] {4},
            "pair"),
        new Case(new Op.Expand(), new double[] {1.5, 2.5, 1.5, 2.5}, "pair", "rows"),
        new Case(new Op.Where(), new double[] {1.5, 2}, "which", "pair", "two"),
        new Case(new Op.Range(), new double[] {0, 2, 4}, "from", "to", "by"),
        new Case(new Op.ConstantOfShape(doubles(7)), new double[] {7, 7}, "index"),
        new Case(new Op.Cast(ElementType.FLOAT), new double[] {1.5, 2.5}, "pair"),
        new Case(
            new Op.Clip(OptionalDouble.empty(), OptionalDouble.empty()),
            new double[] {1.5, 2},
            "pair",
            "",
            "most"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void an_op_of_constants_becomes_its_numbers(Case wanted) {
    reals("pair", 2);
    graph.initializer("two", doubles(2));
    reals("m", 2, 3);
    graph.initializer("v", doubles(1, 2, 1));
    longs("index", 2);
    longs("one", 1);
    longs("six", 6);
    longs("rows", 2, 2);
    graph.initializer("which", Tensor.ofDoubles(ElementType.BOOL, new double[] {1, 0}, 2));
    graph.initializer("from", Tensor.ofLongs(new long[] {0}));
    graph.initializer("to", Tensor.ofLongs(new long[] {5}));
    graph.initializer("by", Tensor.ofLongs(new long[] {2}));
    graph.initializer("most", Tensor.ofDoubles(ElementType.DOUBLE, new double[] {2}));
    graph.node(wanted.op, List.of(wanted.inputs), "c");
    Graph folded = Folder.fold(readBy("c")).graph();
    assertThat(folded.nodes()).hasSize(1);
    assertThat(folded.constant("c").orElseThrow().toDoubles()).isEqualTo(wanted.expected);
  }

  @ParameterizedTest
  @CsvSource({"0, '', 4 3 5 7", "1, 3, 3 5", "-2, '', 5 7", "0, -1, 4 3 5", "-9, 9, 4 3 5 7"})
  void the_shape_of_an_image_of_known_size(int start, String end, String wanted) {
    graph.input(Value.of("z", ElementType.DOUBLE, Shape.of(4, 3, 5, 7)));
    Optional<Integer> until = end.isEmpty() ? Optional.empty() : Optional.of(Integer.valueOf(end));
    graph.node(new Op.ShapeOf(start, until), List.of("z"), "c");
    Tensor found = Folder.fold(readBy("c")).graph().constant("c").orElseThrow();
    assertThat(Arrays.toString(found.toLongs())).isEqualTo("[" + wanted.replace(" ", ", ") + "]");
    assertThat(found.dims()).containsExactly(found.size());
  }

  @ParameterizedTest
  @CsvSource({"2, 2", "3, 1", "9, 12", "-1, 1"})
  void no_axes_of_an_image_of_known_size(int start, int end) {
    graph.input(Value.of("z", ElementType.DOUBLE, Shape.of(4, 3, 5, 7)));
    graph.node(new Op.ShapeOf(start, Optional.of(end)), List.of("z"), "c");
    assertThat(Folder.fold(readBy("c")).graph().constant("c").orElseThrow().dims())
        .containsExactly(0);
  }

  @ParameterizedTest
  @CsvSource({"0, 4, false", "1, 3, true", "2, 4, false", "0, 1, false", "3, 4, false"})
  void the_known_part_of_a_shape(int start, int end, boolean known) {
    Shape shape =
        new Shape(List.of(new Dim.Symbol("N"), Dim.of(3), Dim.of(5), new Dim.Symbol("W")));
    graph.input(Value.of("z", ElementType.DOUBLE, shape));
    graph.node(new Op.ShapeOf(start, Optional.of(end)), List.of("z"), "c");
    assertThat(isComputed("c")).isEqualTo(known);
  }

  @ParameterizedTest
  @CsvSource({"4, 60", "0, 0"})
  void the_number_of_elements_of_a_known_size(long rows, long wanted) {
    graph.input(Value.of("z", ElementType.DOUBLE, Shape.of(rows, 3, 5)));
    graph.node(new Op.Size(), List.of("z"), "c");
    Tensor found = Folder.fold(readBy("c")).graph().constant("c").orElseThrow();
    assertThat(found.dims()).isEmpty();
    assertThat(found.toLongs()).containsExactly(wanted);
  }

  @Test
  void the_number_of_elements_of_an_unknown_size_stays() {
    graph.input(
        Value.of("z", ElementType.DOUBLE, new Shape(List.of(new Dim.Symbol("N"), Dim.of(3)))));
    graph.node(new Op.Size(), List.of("z"), "c");
    assertThat(isComputed("c")).isFalse();
  }

  @Test
  void the_shape_of_an_image_of_unknown_rank_stays() {
    graph.input(new Value("z", Optional.of(ElementType.DOUBLE), Optional.empty()));
    graph.node(new Op.ShapeOf(0, Optional.empty()), List.of("z"), "c");
    assertThat(isComputed("c")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"1048576, true", "1048577, false"})
  void what_is_made_of_little_may_have_a_million_elements(long size, boolean computed) {
    reals("one", 1);
    longs("size", size);
    graph.node(new Op.Expand(), List.of("one", "size"), "c");
    assertThat(isComputed("c")).isEqualTo(computed);
  }

  @ParameterizedTest
  @CsvSource({"2, true", "3, false"})
  void what_is_larger_may_have_twice_the_elements_of_what_it_is_made_of(
      int times, boolean computed) {
    int half = (1 << 19) + 1;
    graph.initializer("half", Tensor.ofFloats(new float[half], half));
    String[] parts = new String[times];
    Arrays.fill(parts, "half");
    graph.node(new Op.Concat(0), List.of(parts), "c");
    assertThat(isComputed("c")).isEqualTo(computed);
  }

  @ParameterizedTest
  @CsvSource({"1, true", "2, false"})
  void so_may_what_is_made_of_what_was_computed(int more, boolean computed) {
    int half = (1 << 19) + 1;
    graph.initializer("half", Tensor.ofFloats(new float[half], half));
    graph.node(RELU, List.of("half"), "computed");
    String[] parts = new String[1 + more];
    Arrays.fill(parts, "computed");
    graph.node(new Op.Concat(0), List.of(parts), "c");
    Graph folded = Folder.fold(readBy("c")).graph();
    assertThat(folded.producer("c").isEmpty()).isEqualTo(computed);
  }

  @Test
  void a_size_that_only_the_runtime_knows_stays() {
    graph.input(Value.of("z", ElementType.INT64, Shape.of(1)));
    reals("one", 1);
    graph.node(new Op.Expand(), List.of("one", "z"), "c");
    assertThat(isComputed("c")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "9007199254740991, true",
    "9007199254740992, false",
    "-9007199254740991, true",
    "-9007199254740992, false",
    "9223372036854775807, true",
    "-9223372036854775808, true",
    "4611686018427387904, false"
  })
  void integers_that_a_double_may_confuse_stay(long number, boolean computed) {
    longs("a", number);
    longs("b", 3);
    graph.node(new Op.Concat(0), List.of("a", "b"), "c");
    assertThat(isComputed("c")).isEqualTo(computed);
  }

  @ParameterizedTest
  @CsvSource({"UINT64, false", "DOUBLE, true", "FLOAT, true", "INT32, true"})
  void only_long_integers_are_confused(ElementType type, boolean computed) {
    double large = type == ElementType.INT32 ? 1 << 30 : 0x1p60;
    graph.initializer("a", Tensor.ofDoubles(type, new double[] {large}, 1));
    graph.node(new Op.Concat(0), List.of("a", "a"), "c");
    assertThat(isComputed("c")).isEqualTo(computed);
  }

  static List<Op> kept() {
    return List.of(
        new Op.QuantizeLinear(0, Optional.empty()),
        new Op.Opaque("", "Celu", Map.of(), List.of()),
        new Op.Opaque("custom", "Relu", Map.of(), List.of()));
  }

  @ParameterizedTest
  @MethodSource("kept")
  void what_a_runtime_is_to_see_stays(Op op) {
    reals("a", 1);
    reals("scale", 1);
    graph.node(op, List.of("a", "scale"), "c");
    assertThat(isComputed("c")).isFalse();
  }

  @Test
  void stored_integers_of_a_quantized_weight_stay() {
    graph.initializer("q", Tensor.ofDoubles(ElementType.INT8, new double[] {3}, 1));
    reals("scale", 1);
    graph.node(new Op.DequantizeLinear(0, Optional.empty()), List.of("q", "scale"), "c");
    assertThat(isComputed("c")).isFalse();
  }

  @Test
  void an_op_of_two_outputs_is_computed_if_all_that_it_names_can_be() {
    reals("pair", 2);
    graph.node(
        new Node(
            "", new Op.Split(0, Optional.of(List.of(1L, 1L))), List.of("pair"), List.of("c", "d")));
    assertThat(isComputed("c")).isTrue();
  }

  @Test
  void an_op_of_two_outputs_stays_where_one_is_a_graph_output() {
    reals("pair", 2);
    graph.node(
        new Node(
            "", new Op.Split(0, Optional.of(List.of(1L, 1L))), List.of("pair"), List.of("c", "d")));
    graph.output(Value.of("d", ElementType.DOUBLE, Shape.of(1)));
    assertThat(isComputed("c")).isFalse();
  }

  @Test
  void words_stay() {
    List<byte[]> word = List.of("a".getBytes(StandardCharsets.UTF_8));
    graph.initializer("a", Tensor.ofStrings(word, 1));
    graph.node(new Op.Concat(0), List.of("a", "a"), "c");
    assertThat(isComputed("c")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void what_callers_may_replace_stays(boolean initializerToo) {
    graph.input(Value.of("a", ElementType.DOUBLE, Shape.of(2)));
    if (initializerToo) {
      reals("a", 2);
    }
    reals("b", 2);
    graph.node(ADD, List.of("a", "b"), "c");
    assertThat(isComputed("c")).isFalse();
  }

  /** A chain, of which a subgraph reads the middle, and an op with the end. */
  @Test
  void what_a_subgraph_reads_is_stored_under_its_name() {
    reals("a", 2);
    graph.node(ADD, List.of("a", "a"), "middle");
    graph.node(ADD, List.of("middle", "a"), "end");
    graph.node(ADD, List.of("end", "a"), "nobody");
    graph.input(Value.of("condition", ElementType.BOOL, Shape.of()));
    Op branch = new Op.Opaque("", "If", Map.of(), List.of("middle", "end"));
    graph.node(branch, List.of("condition"), "y");
    graph.output(new Value("y", Optional.empty(), Optional.empty()));
    Graph folded = Folder.fold(graph.build()).graph();
    assertThat(folded.nodes()).hasSize(1);
    assertThat(folded.initializers().keySet()).containsExactlyInAnyOrder("middle", "end");
    assertThat(folded.constant("middle").orElseThrow().toDoubles()).containsExactly(3, 5);
    assertThat(folded.constant("end").orElseThrow().toDoubles()).containsExactly(4.5, 7.5);
  }

  @Test
  void a_graph_without_such_nodes_is_itself() {
    graph.input(Value.of("x", ElementType.DOUBLE, Shape.of(2)));
    graph.node(RELU, List.of("x"), "y");
    graph.output(new Value("y", Optional.empty(), Optional.empty()));
    Graph same = graph.build();
    assertThat(ConstantFolding.folded(new Facts(same))).isSameAs(same);
  }

  @Test
  void an_output_stays_and_what_it_is_made_of_is_computed() {
    reals("a", 2);
    graph.node(ADD, List.of("a", "a"), "b");
    graph.node(ADD, List.of("b", "a"), "y");
    graph.output(new Value("y", Optional.empty(), Optional.empty()));
    Graph folded = Folder.fold(graph.build()).graph();
    assertThat(folded.nodes()).hasSize(1);
    assertThat(folded.constant("b").orElseThrow().toDoubles()).containsExactly(3, 5);
  }

  @Test
  void an_empty_constant_is_computed() {
    graph.initializer("none", Tensor.ofDoubles(ElementType.DOUBLE, new double[0], 0));
    List<String> names = new ArrayList<>();
    IntStream.range(0, 3).forEach(i -> names.add("none"));
    graph.node(new Op.Concat(0), names, "c");
    assertThat(isComputed("c")).isTrue();
  }
}
