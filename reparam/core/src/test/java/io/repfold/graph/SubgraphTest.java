package io.repfold.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.kit.Difference;
import io.repfold.kit.Inputs;
import io.repfold.kit.Nets;
import io.repfold.kit.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubgraphTest {
  private static final Graph NET = Nets.repVgg("x", Shape.of(2, 3, 7, 5));

  /** Whatever is cut out computes what the whole computes there. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
  void parts_between_random_tensors_compute_what_the_whole_does(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, NdArray> inputs = Inputs.random(NET, seed, 2);
    Map<String, NdArray> all = new HashMap<>(inputs);
    all.putAll(new Interpreter(NET).runAll(inputs));
    List<String> computed = new ArrayList<>();
    NET.nodes().forEach(node -> computed.addAll(node.outputs()));
    Set<String> from = new LinkedHashSet<>(List.of("x"));
    for (int i = 0; i < 3; i++) {
      from.add(computed.get(random.nextInt(computed.size())));
    }
    String to = computed.get(random.nextInt(computed.size()));
    from.remove(to);

    Subgraph part = Subgraph.between(NET, from, List.of(to));
    Graph graph =
        part.graph(part.read().stream().map(Values::any).toList(), List.of(Values.any(to)));

    Map<String, NdArray> given = new LinkedHashMap<>();
    part.read().forEach(name -> given.put(name, all.get(name)));
    assertThat(part.missing()).isEmpty();
    assertThat(graph.nodes()).isEqualTo(part.nodes()).hasSizeLessThanOrEqualTo(NET.nodes().size());
    NdArray found = new Interpreter(graph).run(given).get(to);
    assertThat(Difference.ALL_FINITE.relative(all.get(to), found)).isZero();
  }

  @Test
  void a_part_has_the_weights_that_it_reads_and_no_others() {
    Node conv = NET.nodes().get(0);

    Graph first =
        Subgraph.between(NET, List.of("x"), conv.outputs())
            .graph(NET.inputs(), List.of(Values.any(conv.output())));

    assertThat(first.nodes()).containsExactly(conv);
    assertThat(first.initializers().keySet())
        .containsExactlyInAnyOrderElementsOf(conv.inputs().subList(1, conv.inputs().size()));
  }

  @Test
  void inputs_of_the_graph_that_a_part_needs_are_named() {
    Graph graph =
        new Graph.Builder("two")
            .input(Value.float32("a", 2))
            .input(Value.float32("b", 2))
            .output(Values.any("z"))
            .node(new Op.Unary(Op.Unary.Function.RELU), List.of("a"), "y")
            .node(new Op.Binary(Op.Binary.Function.ADD), List.of("y", "b"), "z")
            .build();

    Subgraph part = Subgraph.between(graph, List.of("y"), List.of("z"));

    assertThat(part.read()).containsExactly("y");
    assertThat(part.missing()).extracting(Value::name).containsExactly("b");
    assertThatThrownBy(() -> part.graph(List.of(Value.float32("y", 2)), List.of(Values.any("z"))))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessageContaining("'b'");
  }

  @Test
  void what_bodies_read_from_outside_is_on_the_way() {
    Op body = new Op.Opaque("", "If", Map.of(), List.of("y", "w"));
    Graph graph =
        new Graph.Builder("bodies")
            .input(Value.float32("a", 2))
            .input(Value.of("choice", ElementType.BOOL, Shape.of()))
            .output(Values.any("z"))
            .initializer("w", Tensor.ofFloats(new float[] {1, 2}, 2))
            .initializer("v", Tensor.ofFloats(new float[] {1, 2}, 2))
            .node(new Op.Unary(Op.Unary.Function.RELU), List.of("a"), "y")
            .node(body, List.of("choice"), "z")
            .build();

    Subgraph part = Subgraph.between(graph, List.of("y", "choice", "v"), List.of("z"));
    Graph cut = part.graph(List.of(Values.any("y"), Values.any("choice")), graph.outputs());

    assertThat(part.read()).containsExactly("y", "choice");
    assertThat(cut.nodes()).extracting(Node::op).containsExactly(body);
    assertThat(cut.initializers().keySet()).containsExactly("w");
    assertThat(Subgraph.between(graph, List.of("choice"), List.of("z")).missing())
        .extracting(Value::name)
        .containsExactly("a");
  }

  @Test
  void an_output_beside_one_that_is_given_is_computed() {
    Graph graph =
        new Graph.Builder("halves")
            .input(Value.float32("x", 4))
            .output(Values.any("z"))
            .node(new Node("s", new Op.Split(0, Optional.empty()), List.of("x"), List.of("a", "b")))
            .node(new Op.Binary(Op.Binary.Function.SUB), List.of("a", "b"), "z")
            .build();
    Subgraph part = Subgraph.between(graph, List.of("a", "x"), List.of("z"));

    Graph cut = part.graph(List.of(Value.float32("a", 2), Value.float32("x", 4)), graph.outputs());

    assertThat(part.read()).containsExactly("a", "x");
    assertThat(cut.nodes().get(0).outputs()).containsExactly("a_unread", "b");
    NdArray a = new NdArray(ElementType.FLOAT, new int[] {2}, new double[] {10, 20});
    NdArray x = new NdArray(ElementType.FLOAT, new int[] {4}, new double[] {1, 2, 3, 4});
    assertThat(new Interpreter(cut).run(Map.of("a", a, "x", x)).get("z").data())
        .containsExactly(7, 16);
  }

  @Test
  void a_weight_that_callers_may_leave_out_stays_one() {
    Graph graph =
        new Graph.Builder("default")
            .input(Value.float32("x", 2))
            .input(Value.float32("w", 2))
            .initializer("w", Tensor.ofFloats(new float[] {1, 2}, 2))
            .output(Values.any("z"))
            .node(new Op.Binary(Op.Binary.Function.MUL), List.of("x", "w"), "y")
            .node(new Op.Binary(Op.Binary.Function.ADD), List.of("y", "w"), "z")
            .build();

    Graph kept =
        Subgraph.between(graph, List.of("y"), List.of("z"))
            .graph(List.of(Value.float32("y", 2)), graph.outputs());
    Graph given =
        Subgraph.between(graph, List.of("y", "w"), List.of("z"))
            .graph(List.of(Value.float32("y", 2), Value.float32("w", 2)), graph.outputs());

    assertThat(kept.inputs()).extracting(Value::name).containsExactly("y", "w");
    assertThat(kept.isOverridable("w")).isTrue();
    assertThat(given.initializers()).isEmpty();
    assertThat(given.requiredInputs()).extracting(Value::name).containsExactly("y", "w");
  }
}
