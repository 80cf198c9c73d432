package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Counts of layers whose sizes nobody could run. */
class MultiplyAddsLimitsTest {
  private static Graph.Builder graph(long... weight) {
    return new Graph.Builder("g")
        .input(Value.float32("x", 1, weight[1], 1 << 20, 1 << 20))
        .input(Value.float32("w", weight))
        .node(new Node("huge", new Op.Conv(Window.DEFAULT, 1), List.of("x", "w"), List.of("y")));
  }

  @Test
  void a_count_that_no_long_holds_names_its_layer() {
    String message = "Conv 'huge' takes more than 2^63 multiply-adds; give smaller input shapes";
    assertThatThrownBy(() -> MultiplyAdds.of(graph(1, 1L << 40, 1, 1).build()))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> MultiplyAdds.of(graph(1, 1L << 62, 2, 1).build()))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessage(message);
    assertThat(MultiplyAdds.of(graph(1, 1 << 22, 1, 1).build()).total()).isEqualTo(1L << 62);
  }

  @Test
  void a_sum_that_no_long_holds_is_refused() {
    MultiplyAdds counts = new MultiplyAdds(Map.of("a", Long.MAX_VALUE, "b", 1L), List.of());
    assertThatThrownBy(counts::total)
        .isInstanceOf(InvalidGraphException.class)
        .hasMessage("The graph takes more than 2^63 multiply-adds; give smaller input shapes");
  }

  @Test
  void vectors_multiply_their_elements() {
    Graph graph =
        new Graph.Builder("g")
            .input(Value.float32("a", 5))
            .input(Value.float32("b", 5))
            .input(Value.float32("c", 5, 3))
            .node(new Op.MatMul(), List.of("a", "b"), "dot")
            .node(new Op.MatMul(), List.of("a", "c"), "row")
            .node(new Op.Gemm(1, 1, true, false), List.of("c", "c"), "square")
            .node(new Op.Unary(Op.Unary.Function.RELU), List.of("row"), "free")
            .build();
    assertThat(MultiplyAdds.of(graph).byValue())
        .isEqualTo(Map.of("dot", 5L, "row", 15L, "square", 45L));
    assertThat(MultiplyAdds.of(graph).unknown()).isEmpty();
  }
}
