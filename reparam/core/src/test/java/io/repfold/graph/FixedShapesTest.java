package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FixedShapesTest {
  private static final Op RELU = new Op.Unary(Op.Unary.Function.RELU);

  private static Value value(String name, Dim... dims) {
    return Value.of(name, ElementType.FLOAT, new Shape(List.of(dims)));
  }

  private static Dim symbol(String name) {
    return new Dim.Symbol(name);
  }

  private static Graph graph() {
    return new Graph.Builder("g")
        .input(value("x", symbol("N"), symbol("N"), Dim.unknown()))
        .input(new Value("free", Optional.of(ElementType.FLOAT), Optional.empty()))
        .node(RELU, List.of("x"), "y")
        .node(RELU, List.of("free"), "z")
        .output(value("y", symbol("N"), Dim.unknown(), symbol("K")))
        .output(new Value("z", Optional.empty(), Optional.empty()))
        .build();
  }

  private static void refused(String message, Map<String, long[]> shapes) {
    assertThatThrownBy(() -> FixedShapes.fix(graph(), shapes))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessage(message);
  }

  @Test
  void an_input_of_any_rank_takes_any_shape() {
    Graph fixed =
        FixedShapes.fix(graph(), Map.of("x", new long[] {3, 3, 5}, "free", new long[] {7}));

    assertThat(fixed.inputs()).hasToString("[x: FLOAT[3, 3, 5], free: FLOAT[7]]");
    assertThat(fixed.outputs()).hasToString("[y: FLOAT[3, 3, 5], z: FLOAT[7]]");
    assertThat(fixed.nodes()).isEqualTo(graph().nodes());
  }

  @Test
  void a_scalar_has_no_sizes_to_give() {
    Graph fixed = FixedShapes.fix(graph(), Map.of("free", new long[0]));
    assertThat(fixed.inputs().get(1)).hasToString("free: FLOAT[]");
    assertThat(fixed.inputs().get(0)).hasToString("x: FLOAT[N, N, ?]");
  }

  @Test
  void one_symbol_is_one_size() {
    refused(
        "Symbol 'N' of input 'x: FLOAT[N, N, ?]' would be 3 and 4 at once",
        Map.of("x", new long[] {3, 4, 5}));
    // Above 127, equal boxed numbers are not the same object.
    Graph large = FixedShapes.fix(graph(), Map.of("x", new long[] {1000, 1000, 5}));
    assertThat(large.inputs().get(0)).hasToString("x: FLOAT[1000, 1000, 5]");
  }

  @Test
  void sizes_are_at_least_one() {
    refused(
        "Input 'x: FLOAT[N, N, ?]' cannot have the shape [1, 1, 0]; sizes are at least 1",
        Map.of("x", new long[] {1, 1, 0}));
    assertThat(FixedShapes.fix(graph(), Map.of("x", new long[] {1, 1, 1})).inputs().get(0))
        .hasToString("x: FLOAT[1, 1, 1]");
  }

  /** What follows from the inputs counts, not what was declared for other sizes. */
  @Test
  void consequences_replace_declarations() {
    Graph graph =
        new Graph.Builder("g")
            .input(value("x", symbol("N"), Dim.of(4)))
            .node(new Op.Concat(0), List.of("x", "x"), "y")
            .declare(value("y", symbol("M"), Dim.of(4)))
            .output(value("y", symbol("M"), symbol("C")))
            .build();

    Graph fixed = FixedShapes.fix(graph, Map.of("x", new long[] {3, 4}));

    assertThat(fixed.declared().get("y")).hasToString("y: FLOAT[6, 4]");
    assertThat(fixed.outputs().get(0)).hasToString("y: FLOAT[6, 4]");
  }
}
