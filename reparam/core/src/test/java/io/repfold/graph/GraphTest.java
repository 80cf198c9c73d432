package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A graph is valid or does not exist. */
class GraphTest {
  private static final Op RELU = new Op.Unary(Op.Unary.Function.RELU);
  private static final Op ADD = new Op.Binary(Op.Binary.Function.ADD);
  private static final Value X = Value.float32("x", 2);
  private static final Tensor ONE = Tensor.ofFloats(new float[] {1}, 1);

  private static Graph.Builder graph() {
    return new Graph.Builder("g").input(X);
  }

  private static void refused(String message, Graph.Builder builder) {
    assertThatThrownBy(builder::build)
        .isInstanceOf(InvalidGraphException.class)
        .hasMessage(message);
  }

  @Test
  void a_value_is_defined_before_it_is_read() {
    refused(
        "Relu 'b' reads 'a' before it is defined",
        graph().node(RELU, List.of("a"), "b").node(RELU, List.of("x"), "a"));
    refused(
        "Relu 'loop' reads 'y' before it is defined",
        graph().node(new Node("loop", RELU, List.of("y"), List.of("y"))));
    Op subgraph = new Op.Opaque("", "If", Map.of(), List.of("x", "outer"));
    refused("If 'y' reads 'outer' before it is defined", graph().node(subgraph, List.of("x"), "y"));
  }

  @Test
  void a_value_is_defined_once() {
    refused(
        "Relu 'y' defines 'y' a second time",
        graph().node(RELU, List.of("x"), "y").node(RELU, List.of("x"), "y"));
    refused("Relu 'x' defines 'x' a second time", graph().node(RELU, List.of("x"), "x"));
    refused(
        "Relu 'w' defines 'w' a second time",
        graph().initializer("w", ONE).node(RELU, List.of("x"), "w"));
    refused(
        "MaxPool 'p' defines 'a' a second time",
        graph()
            .node(
                new Node(
                    "p",
                    new Op.MaxPool(List.of(1), Window.DEFAULT, false, false),
                    List.of("x"),
                    List.of("a", "a"))));
  }

  @Test
  void inputs_and_outputs_have_names_that_are_defined() {
    refused("Graph 'g' has two inputs 'x'", graph().input(X));
    refused("Graph 'g' has an input without a name", graph().input(Value.float32("", 2)));
    refused(
        "Graph output 'z' is defined by no node, input or initializer",
        graph().output(Value.float32("z", 2)));
    assertThatThrownBy(() -> graph().initializer("w", ONE).initializer("w", ONE))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessage("Two initializers are named 'w'");
    Graph.Builder foreign = graph().build().toBuilder();
    assertThat(foreign.build().opset()).isEqualTo(Graph.Builder.DEFAULT_OPSET);
  }

  /** An unwanted output and an input left out have no name and clash with nothing. */
  @Test
  void the_empty_name_is_no_value() {
    Op pool = new Op.MaxPool(List.of(1), Window.DEFAULT, false, false);
    Graph graph =
        graph()
            .node(new Node("p", pool, List.of("x"), List.of("a", "")))
            .node(new Node("q", pool, List.of("x"), List.of("b", "")))
            .node(new Node("c", new Op.Concat(0), List.of("a", "", "b"), List.of("y")))
            .build();
    assertThat(graph.producer("")).isEmpty();
    assertThat(graph.readers("")).isEmpty();
  }

  @Test
  void readers_are_counted_as_often_as_they_read() {
    Op captures = new Op.Opaque("", "Loop", Map.of(), List.of("a"));
    Graph graph =
        graph()
            .initializer("w", ONE)
            .node(RELU, List.of("x"), "a")
            .node(ADD, List.of("a", "a"), "b")
            .node(captures, List.of("w"), "c")
            .output(Value.float32("a", 2))
            .build();
    assertThat(graph.readers("a").stream().map(Node::name)).containsExactly("b", "b", "c");
    assertThat(graph.readers("c")).isEmpty();
    assertThat(graph.producer("b").map(Node::name)).contains("b");
    assertThat(graph.producer("x")).isEmpty();
    assertThat(graph.producer("w")).isEmpty();
    assertThat(graph.isOutput("a")).isTrue();
    assertThat(graph.isOutput("b")).isFalse();
    assertThat(graph.isInput("x")).isTrue();
    assertThat(graph.isInput("w")).isFalse();
    assertThatThrownBy(() -> graph.readers("a").clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  /** What a caller may override is no constant. */
  @Test
  void constants_are_the_same_at_every_run() {
    Graph graph =
        graph()
            .input(Value.float32("bias", 1))
            .initializer("bias", ONE)
            .initializer("w", ONE)
            .node(new Op.Constant(ONE), List.of(), "k")
            .node(RELU, List.of("w"), "y")
            .build();
    assertThat(graph.constant("w")).contains(ONE);
    assertThat(graph.constant("k")).contains(ONE);
    assertThat(graph.constant("bias")).isEmpty();
    assertThat(graph.constant("y")).isEmpty();
    assertThat(graph.constant("x")).isEmpty();
    assertThat(graph.isOverridable("bias")).isTrue();
    assertThat(graph.isOverridable("w")).isFalse();
    assertThat(graph.isOverridable("x")).isFalse();
  }

  private static Graph full() {
    return graph()
        .opset("com.example", 3)
        .opset("", 13)
        .initializer("w", ONE)
        .node(ADD, List.of("x", "w"), "y")
        .declare(Value.float32("y", 2))
        .output(Value.float32("y", 2))
        .build();
  }

  @Test
  void a_builder_holds_all_of_its_graph() {
    assertThat(full().toBuilder().build()).isEqualTo(full()).hasSameHashCodeAs(full());
    assertThat(full().opsets()).isEqualTo(Map.of("", 13, "com.example", 3));
    assertThat(full().opset()).isEqualTo(13);
    Graph.Builder changed = full().toBuilder();
    changed.replaceNodes(List.of()).replaceOutputs(List.of()).replaceDeclared(Map.of());
    changed.replaceInputs(List.of()).replaceInitializers(new LinkedHashMap<>());
    Graph empty = changed.build();
    assertThat(empty.nodes()).isEmpty();
    assertThat(empty.inputs()).isEmpty();
    assertThat(empty.outputs()).isEmpty();
    assertThat(empty.initializers()).isEmpty();
    assertThat(empty.declared()).isEmpty();
    assertThat(empty.name()).isEqualTo("g");
  }

  @Test
  void graphs_that_differ_in_one_thing_differ() {
    Graph full = full();
    assertThat(
            List.of(
                full.toBuilder().opset("", 14).build(),
                full.toBuilder().input(Value.float32("z", 1)).build(),
                full.toBuilder().output(X).build(),
                full.toBuilder().initializer("v", ONE).build(),
                full.toBuilder().node(RELU, List.of("y"), "z").build(),
                full.toBuilder().declare(Value.float32("y", 3)).build(),
                new Graph.Builder("h").opset("com.example", 3).opset("", 13).build()))
        .doesNotContain(full)
        .doesNotHaveDuplicates();
  }

  @Test
  void a_node_is_described_by_what_name_it_has() {
    assertThat(new Node("n", RELU, List.of("x"), List.of("y")).describe()).isEqualTo("Relu 'n'");
    assertThat(new Node("", RELU, List.of("x"), List.of("y")).describe()).isEqualTo("Relu 'y'");
    assertThat(new Node("", RELU, List.of("x"), List.of()).describe()).isEqualTo("Relu '?'");
    Node node = new Node("n", ADD, List.of("a", "b"), List.of("y", "z"));
    assertThat(node.input(1)).isEqualTo("b");
    assertThat(node.input(2)).isEmpty();
    assertThat(node.output()).isEqualTo("y");
    assertThat(new Value("v", Optional.empty(), Optional.empty())).hasToString("v: ?[...]");
    assertThat(X).hasToString("x: FLOAT[2]");
  }
}
