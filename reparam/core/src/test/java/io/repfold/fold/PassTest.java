package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Value;
import io.repfold.kit.Values;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Wrong passes are named, with the value that they spoil. */
class PassTest {
  private static final Op RELU = new Op.Unary(Op.Unary.Function.RELU);

  private static Graph graph() {
    return new Graph.Builder("g")
        .input(Value.float32("x", 2, 3))
        .node(RELU, List.of("x"), "a")
        .node(RELU, List.of("a"), "y")
        .output(Values.any("y"))
        .build();
  }

  /** A pass that puts another op in the place of the one that computes {@code a}. */
  private static Graph with(Op op) {
    Graph graph = graph();
    Node last = graph.nodes().get(1);
    return graph.toBuilder()
        .replaceNodes(List.of(new Node("", op, List.of("x"), List.of("a")), last))
        .build();
  }

  private static Graph ran(Pass pass) {
    Pass.Runner runner = new Pass.Runner(graph());
    runner.run(pass);
    return runner.graph();
  }

  private static void refused(Function<Facts, Graph> step, String message) {
    assertThatThrownBy(() -> ran(new Pass("Wrong", step)))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessageStartingWith("Pass Wrong ")
        .hasMessageContaining(message);
  }

  @Test
  void a_kept_value_must_keep_its_type() {
    refused(
        g -> with(new Op.Cast(ElementType.FLOAT16)),
        "makes 'a: FLOAT16[2, 3]' of 'a: FLOAT[2, 3]'");
  }

  @Test
  void a_kept_value_must_keep_its_sizes() {
    refused(
        g -> with(new Op.Transpose(List.of(1, 0))), "makes 'a: FLOAT[3, 2]' of 'a: FLOAT[2, 3]'");
  }

  @Test
  void a_kept_value_must_keep_its_rank() {
    Op mean = new Op.Reduce(Op.Reduce.Function.MEAN, Optional.of(List.of(1)), false, false);
    refused(g -> with(mean), "makes 'a: FLOAT[2]' of 'a: FLOAT[2, 3]'");
  }

  @Test
  void outputs_stay() {
    refused(
        g -> g.graph().toBuilder().replaceOutputs(List.of(Values.any("a"))).build(),
        "changes the graph's outputs from [y] to [a]");
  }

  @Test
  void inputs_stay() {
    refused(
        g -> g.graph().toBuilder().input(Value.float32("z", 1)).build(),
        "changes the graph's inputs from [x] to [x, z]");
  }

  /** What goes, comes or computes something else of the same form is not looked at. */
  @Test
  void other_changes_are_a_passes_own() {
    Graph same = with(new Op.Unary(Op.Unary.Function.SIGMOID));
    assertThat(ran(new Pass("Other", g -> same))).isSameAs(same);
    Graph shorter =
        new Graph.Builder("g")
            .input(Value.float32("x", 2, 3))
            .node(RELU, List.of("x"), "y")
            .output(Values.any("y"))
            .build();
    assertThat(ran(new Pass("Other", g -> shorter))).isSameAs(shorter);
  }
}
