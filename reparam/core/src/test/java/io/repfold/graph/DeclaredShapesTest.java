package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a graph declares of its values is merged with what follows from its nodes. */
class DeclaredShapesTest {
  private static final Op RELU = new Op.Unary(Op.Unary.Function.RELU);
  private static final Op OPAQUE = new Op.Opaque("com.example", "Fancy", Map.of(), List.of());

  private static Value value(String name, Dim... dims) {
    return Value.of(name, ElementType.FLOAT, new Shape(List.of(dims)));
  }

  private static Dim symbol(String name) {
    return new Dim.Symbol(name);
  }

  private static Graph.Builder graph(Op op) {
    return new Graph.Builder("g")
        .input(value("x", symbol("N"), Dim.unknown()))
        .node(op, List.of("x"), "y");
  }

  private static String y(Graph.Builder graph) {
    return ShapeInference.infer(graph.build()).get("y").toString();
  }

  @Test
  void a_number_says_more_than_a_symbol_and_a_symbol_more_than_nothing() {
    assertThat(y(graph(RELU).declare(value("y", Dim.of(2), Dim.unknown()))))
        .isEqualTo("y: FLOAT[2, x[1]]");
    assertThat(y(graph(RELU).output(value("y", symbol("M"), Dim.of(3)))))
        .isEqualTo("y: FLOAT[N, 3]");
    assertThat(y(graph(OPAQUE).declare(value("y", symbol("M"), Dim.unknown()))))
        .isEqualTo("y: FLOAT[M, y[1]]");
    assertThat(
            y(
                graph(OPAQUE)
                    .declare(value("y", symbol("M"), Dim.unknown()))
                    .output(value("y", Dim.of(5), symbol("K")))))
        .isEqualTo("y: FLOAT[5, K]");
  }

  /** A stale number counts at the size that it is of, and nowhere else. */
  @Test
  void at_every_size_a_number_says_no_more_than_a_symbol() {
    Graph stale = graph(RELU).declare(value("y", Dim.of(2), Dim.of(7))).build();
    assertThat(ShapeInference.inferAtEverySize(stale).get("y")).hasToString("y: FLOAT[N, x[1]]");
    Graph opaque = graph(OPAQUE).declare(value("y", Dim.of(2), symbol("M"))).build();
    assertThat(ShapeInference.inferAtEverySize(opaque).get("y")).hasToString("y: FLOAT[2, M]");
  }

  @Test
  void other_types_ranks_and_numbers_are_refused() {
    String remedy = "; correct or remove the declaration";
    Shape two = Shape.of(2, 2);
    for (Graph.Builder graph :
        List.of(
            graph(RELU).declare(Value.of("y", ElementType.DOUBLE, two)),
            graph(RELU).output(value("y", symbol("N"))),
            graph(new Op.ShapeOf(0, Optional.empty())).output(value("y", Dim.of(2))),
            graph(OPAQUE).declare(value("y", Dim.of(2))).output(value("y", Dim.of(3))))) {
      assertThatThrownBy(() -> ShapeInference.infer(graph.build()))
          .isInstanceOf(InvalidGraphException.class)
          .hasMessageContaining("'y' computes ")
          .hasMessageContaining("but the graph declares y: ")
          .hasMessageEndingWith(remedy);
    }
  }

  /** A dimension of nothing known equals itself, under a name that can stand in a sum. */
  @Test
  void an_unknown_dimension_is_named_after_its_value() {
    Graph graph =
        new Graph.Builder("g")
            .input(value("/in put's", Dim.unknown()))
            .node(new Op.Concat(0), List.of("/in put's", "/in put's"), "twice")
            .node(RELU, List.of("/in put's"), "y")
            .build();
    Map<String, Value> known = ShapeInference.infer(graph);
    String name = "'/in put\"s[0]'";
    assertThat(known.get("y")).hasToString("y: FLOAT[" + name + "]");
    assertThat(known.get("twice")).hasToString("twice: FLOAT[2*" + name + "]");
  }

  @Test
  void values_come_in_the_order_of_the_graph() {
    Graph graph =
        graph(RELU)
            .initializer("w", Tensor.ofFloats(new float[] {1}, 1))
            .input(value("z", Dim.of(1)))
            .node(
                new Node(
                    "pool",
                    new Op.MaxPool(List.of(1), Window.DEFAULT, false, false),
                    List.of("p"),
                    List.of("a", "")))
            .input(value("p", Dim.of(1), Dim.of(1), Dim.of(4)))
            .build();
    assertThat(ShapeInference.infer(graph).keySet()).containsExactly("x", "z", "p", "w", "y", "a");
  }
}
