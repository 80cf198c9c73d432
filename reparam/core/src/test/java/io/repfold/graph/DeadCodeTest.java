package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class DeadCodeTest {
  private static final Op RELU = new Op.Unary(Op.Unary.Function.RELU);
  private static final Op POOL = new Op.MaxPool(List.of(1), Window.DEFAULT, false, false);
  private static final Tensor ONE = Tensor.ofFloats(new float[] {1}, 1);

  private static Graph.Builder graph() {
    return new Graph.Builder("g").input(Value.float32("x", 1, 1, 3));
  }

  private static List<String> names(Graph graph) {
    return graph.nodes().stream().map(Node::name).toList();
  }

  @Test
  void what_no_output_depends_on_goes_with_its_weights_and_declarations() {
    Graph graph =
        graph()
            .input(Value.float32("default", 1))
            .initializer("default", ONE)
            .initializer("used", ONE)
            .initializer("unused", ONE)
            .node(new Op.Binary(Op.Binary.Function.ADD), List.of("x", "used"), "a")
            .node(new Op.Binary(Op.Binary.Function.ADD), List.of("x", "unused"), "dead")
            .node(RELU, List.of("dead"), "deader")
            .node(RELU, List.of("a"), "y")
            .declare(Value.float32("a", 1, 1, 3))
            .declare(Value.float32("dead", 1, 1, 3))
            .output(Value.float32("y", 1, 1, 3))
            .build();

    Graph alive = DeadCode.withoutUnread(graph);

    assertThat(names(alive)).containsExactly("a", "y");
    assertThat(alive.initializers()).containsOnlyKeys("default", "used");
    assertThat(alive.declared()).containsOnlyKeys("a");
    assertThat(alive.inputs()).isEqualTo(graph.inputs());
    assertThat(DeadCode.withoutUnread(alive)).isEqualTo(alive);
  }

  @Test
  void a_weight_that_is_an_output_or_captured_stays() {
    Op captures = new Op.Opaque("", "If", Map.of(), List.of("a", "w"));
    Graph graph =
        graph()
            .initializer("w", ONE)
            .initializer("v", ONE)
            .node(RELU, List.of("x"), "a")
            .node(captures, List.of("x"), "y")
            .output(Value.float32("y"))
            .output(Value.float32("v", 1))
            .build();

    assertThat(DeadCode.withoutUnread(graph)).isEqualTo(graph);
  }

  @Test
  void a_node_stays_for_any_of_its_outputs() {
    Graph graph =
        graph()
            .node(new Node("p", POOL, List.of("x"), List.of("unread", "indices")))
            .output(new Value("indices", Optional.empty(), Optional.empty()))
            .build();

    assertThat(names(DeadCode.withoutUnread(graph))).containsExactly("p");
  }

  /** An input that is left out does not read the outputs that are not wanted. */
  @Test
  void the_empty_name_keeps_nothing_alive() {
    Op clip = new Op.Clip(OptionalDouble.empty(), OptionalDouble.empty());
    Graph graph =
        graph()
            .initializer("most", Tensor.ofFloats(new float[] {6}))
            .node(new Node("p", POOL, List.of("x"), List.of("unread", "")))
            .node(new Node("c", clip, List.of("x", "", "most"), List.of("y")))
            .output(Value.float32("y", 1, 1, 3))
            .build();

    assertThat(names(DeadCode.withoutUnread(graph))).containsExactly("c");
  }
}
