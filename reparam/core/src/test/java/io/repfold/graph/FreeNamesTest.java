package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FreeNamesTest {
  @Test
  void a_name_that_is_taken_gets_the_first_free_number_from_two_on() {
    FreeNames names = FreeNames.besides(List.of("a", "a_2"));

    assertThat(names.fresh("b")).isEqualTo("b");
    assertThat(names.fresh("b")).isEqualTo("b_2");
    assertThat(names.fresh("a")).isEqualTo("a_3");
    assertThat(names.isTaken("a_3")).isTrue();
    assertThat(names.take("a_4")).isTrue();
    assertThat(names.take("a_4")).isFalse();
    assertThat(names.fresh("a")).isEqualTo("a_5");
  }

  @Test
  void a_scope_is_free_if_no_name_lies_in_it() {
    FreeNames names = FreeNames.besides(List.of("block.conv", "block_2", "blocks.0"));

    assertThat(names.freshScope("block")).isEqualTo("block_2");
    names.takeAll(List.of("block_2.bias"));
    assertThat(names.freshScope("block")).isEqualTo("block_3");
    assertThat(names.freshScope("blo")).isEqualTo("blo");
  }

  @Test
  void values_and_nodes_have_names_of_their_own() {
    Graph graph =
        new Graph.Builder("g")
            .input(Value.float32("x", 2))
            .initializer("w", Tensor.ofFloats(new float[2], 2))
            .node(
                new Node(
                    "sum", new Op.Binary(Op.Binary.Function.ADD), List.of("x", "w"), List.of("y")))
            .output(Value.float32("y", 2))
            .build();

    FreeNames values = FreeNames.ofValues(graph);
    for (String name : List.of("x", "w", "y")) {
      assertThat(values.fresh(name)).isEqualTo(name + "_2");
    }
    assertThat(values.fresh("sum")).isEqualTo("sum");
    assertThat(FreeNames.ofNodes(graph).fresh("sum")).isEqualTo("sum_2");
    assertThat(FreeNames.ofNodes(graph).fresh("y")).isEqualTo("y");
  }
}
