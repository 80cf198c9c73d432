package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.kit.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitSequencesTest {
  private final Graph.Builder builder =
      new Graph.Builder("g").input(Value.float32("x", 2, 7)).opset("", 18);

  private static Op op(String type, Map<String, Object> attributes) {
    return new Op.Opaque("", type, attributes, List.of());
  }

  private void split(Map<String, Object> attributes, String... sizes) {
    List<String> inputs = new ArrayList<>(List.of("x"));
    inputs.addAll(List.of(sizes));
    builder.node(op("SplitToSequence", attributes), inputs, "s");
  }

  private void at(long index, String output) {
    builder.initializer("at " + output, Tensor.ofLongs(new long[] {index}));
    builder.node(op("SequenceAt", Map.of()), List.of("s", "at " + output), output);
    builder.output(Values.any(output));
  }

  private static Map<String, NdArray> run(Graph graph) {
    double[] x = new double[14];
    java.util.Arrays.setAll(x, i -> i);
    return new Interpreter(graph).run(Map.of("x", NdArray.of(x, 2, 7)));
  }

  @ParameterizedTest
  @ValueSource(ints = {11, 13, 18})
  void chunks_of_one_size_are_a_split(int opset) {
    builder.opset("", opset).initializer("size", Tensor.ofLongs(new long[] {3}));
    split(Map.of("axis", -1L), "size");
    at(-1, "last");
    at(0, "first");
    at(0, "again");

    Graph graph = SplitSequences.asSplits(builder.build());

    assertThat(graph.nodes()).noneMatch(n -> n.op() instanceof Op.Opaque).hasSize(2);
    assertThat(run(graph).get("first").data()).containsExactly(0, 1, 2, 7, 8, 9);
    assertThat(run(graph).get("again").data()).containsExactly(0, 1, 2, 7, 8, 9);
    assertThat(run(graph).get("last").data()).containsExactly(6, 13);
    assertThat(((Op.Split) graph.nodes().get(0).op()).sizes().isPresent()).isEqualTo(opset < 13);
  }

  @Test
  void listed_sizes_are_a_split_also_of_an_axis_that_is_not_known() {
    Shape open = new Shape(List.of(Dim.of(2), new Dim.Symbol("N")));
    builder.replaceInputs(List.of(Value.of("x", ElementType.FLOAT, open)));
    builder.initializer("sizes", Tensor.ofLongs(new long[] {1, 4, 2}, 3));
    split(Map.of("axis", 1L), "sizes");
    at(1, "y");

    Graph graph = SplitSequences.asSplits(builder.build());

    assertThat(graph.nodes()).hasSize(1);
    assertThat(run(graph).get("y").data()).containsExactly(1, 2, 3, 4, 8, 9, 10, 11);
  }

  @ParameterizedTest
  @ValueSource(ints = {11, 18})
  void single_rows_lose_their_axis(int opset) {
    builder.opset("", opset);
    split(Map.of("keepdims", 0L));
    at(1, "y");
    at(-1, "z");

    Graph graph = SplitSequences.asSplits(builder.build());

    assertThat(graph.nodes()).noneMatch(n -> n.op() instanceof Op.Opaque);
    assertThat(run(graph).get("y").dims()).containsExactly(7);
    assertThat(run(graph).get("y").data()).containsExactly(7, 8, 9, 10, 11, 12, 13);
    assertThat(run(graph).get("z").data()).containsExactly(run(graph).get("y").data());
  }

  @Test
  void a_size_that_is_computed_from_the_shape_is_followed() {
    builder
        .node(new Op.ShapeOf(1, java.util.Optional.empty()), List.of("x"), "width")
        .initializer("two", Tensor.ofLongs(new long[] {2}))
        .initializer("none", Tensor.ofLongs(new long[0], 0))
        .node(new Op.Binary(Op.Binary.Function.DIV), List.of("width", "two"), "halves")
        .node(new Op.Reshape(false), List.of("halves", "none"), "half");
    split(Map.of("axis", 1L), "half");
    at(2, "y");

    assertThat(run(SplitSequences.asSplits(builder.build())).get("y").data())
        .containsExactly(6, 13);
  }

  @Test
  void a_sequence_that_others_read_stays() {
    builder.initializer("size", Tensor.ofLongs(new long[] {3}));
    split(Map.of("axis", 1L), "size");
    at(0, "y");
    builder
        .node(op("SequenceLength", Map.of()), List.of("s"), "length")
        .output(Values.any("length"));
    Graph graph = builder.build();

    assertThat(SplitSequences.asSplits(graph)).isSameAs(graph);
  }

  @ParameterizedTest
  @ValueSource(longs = {3, -4})
  void an_index_outside_stays(long index) {
    builder.initializer("size", Tensor.ofLongs(new long[] {3}));
    split(Map.of("axis", 1L), "size");
    at(index, "y");
    Graph graph = builder.build();

    assertThat(SplitSequences.asSplits(graph)).isSameAs(graph);
  }

  @Test
  void an_index_or_a_size_that_changes_stays() {
    builder
        .input(Value.of("i", ElementType.INT64, Shape.of()))
        .initializer("size", Tensor.ofLongs(new long[] {3}));
    split(Map.of("axis", 1L), "size");
    builder.node(op("SequenceAt", Map.of()), List.of("s", "i"), "y").output(Values.any("y"));
    Graph index = builder.build();
    Graph size =
        builder
            .replaceNodes(List.of())
            .node(op("SplitToSequence", Map.of()), List.of("x", "i"), "s")
            .node(op("SequenceAt", Map.of()), List.of("s", "size"), "y")
            .build();

    assertThat(SplitSequences.asSplits(index)).isSameAs(index);
    assertThat(SplitSequences.asSplits(size)).isSameAs(size);
  }

  @Test
  void a_graph_without_sequences_stays() {
    Graph graph =
        builder.node(new Op.Identity(), List.of("x"), "y").output(Values.any("y")).build();

    assertThat(SplitSequences.asSplits(graph)).isSameAs(graph);
  }
}
