package io.repfold.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is awkward to train: zeros under a root, ties, sizes that change, nodes that do not fit. */
class OpaqueTrainingTest {
  private static Graph graph(String type, int opset, Map<String, Object> attributes) {
    return graph(new Op.Opaque("", type, attributes, List.of()), opset);
  }

  private static Graph graph(Op op, int opset) {
    Value image = new Value("x", Optional.of(ElementType.FLOAT), Optional.empty());
    return new Graph.Builder("g")
        .opset("", opset)
        .input(image)
        .node(new Node("node", op, List.of("x"), List.of("y")))
        .output(new Value("y", Optional.of(ElementType.FLOAT), Optional.empty()))
        .build();
  }

  /** Of the sum of the outputs. */
  private static double[] gradient(Graph graph, float[] values, long... dims) {
    try (GraphBlock block = GraphBlock.of(graph, GraphBlockOptions.DEFAULT);
        NDManager manager = NDManager.newBaseManager()) {
      NDArray x = manager.create(values, new Shape(dims));
      x.setRequiresGradient(true);
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        collector.backward(block.forward(new NDList(x), true).head().sum());
      }
      return Oracles.doubles(x.getGradient());
    }
  }

  @ParameterizedTest
  @CsvSource({"ReduceL1, 13", "ReduceL2, 13", "GlobalLpPool, 13", "MeanVarianceNormalization, 13"})
  void zeros_have_the_slope_zero(String type, int opset) {
    float[] zeros = {0, -0f, 0, 0, 0, -0f};
    assertThat(gradient(graph(type, opset, Map.of()), zeros, 1, 1, 2, 3))
        .usingComparatorWithPrecision(0.0)
        .containsOnly(0);
  }

  @Test
  void zeros_have_the_slope_zero_for_every_power() {
    Graph graph = graph("GlobalLpPool", 13, Map.of("p", 3L));
    assertThat(gradient(graph, new float[4], 1, 1, 2, 2)).containsOnly(0);
  }

  @Test
  void equal_maxima_share_one_slope() {
    Graph graph = graph("GlobalMaxPool", 13, Map.of());
    double[] found = gradient(graph, new float[] {2, 2, -1, 2, 0, -0f, 0, -3}, 1, 2, 2, 2);
    assertThat(Arrays.stream(found, 0, 4).sum()).isEqualTo(1);
    assertThat(Arrays.stream(found, 4, 8).sum()).isEqualTo(1);
    assertThat(found[2]).isZero();
    assertThat(found[7]).isZero();
  }

  @Test
  void large_numbers_do_not_overflow() {
    Graph graph = graph("ReduceLogSumExp", 13, Map.of());
    assertThat(gradient(graph, new float[] {1e4f, 1e4f, -1e4f}, 3)).containsExactly(0.5, 0.5, 0);
  }

  @Test
  void sizes_may_change_and_the_graph_keeps_the_node() {
    Graph graph = graph("LRN", 13, Map.of("size", 3L));
    try (GraphBlock block = GraphBlock.of(graph, GraphBlockOptions.DEFAULT);
        NDManager manager = NDManager.newBaseManager()) {
      for (Shape shape :
          List.of(new Shape(1, 2, 3, 4), new Shape(2, 5, 1), new Shape(1, 2, 3, 4))) {
        NDList y = block.forward(new NDList(manager.ones(shape)), false);
        assertThat(y.head().getShape()).isEqualTo(shape);
      }
      assertThat(block.graph()).isEqualTo(graph);
    }
  }

  /** Divided by 1 in the place of their norm. */
  @Test
  void zeros_have_the_slope_one_behind_a_norm() {
    for (int p = 1; p <= 2; p++) {
      Graph graph = graph(new Op.LpNormalization(-1, p), 17);
      assertThat(gradient(graph, new float[] {0, -0f, 0}, 1, 3)).containsOnly(1);
    }
  }

  @Test
  void a_choice_has_no_gradient() {
    assertThatThrownBy(() -> gradient(graph(new Op.Hardmax(-1, false), 13), new float[6], 2, 3))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessage(
            "Hardmax 'node', inputs ([2, 3]): it picks one place; it can be computed in advance only,"
                + " from shapes and constants");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MeanVarianceNormalization | 13 | MeanVarianceNormalization 'node', inputs ([2, 3]):"
            + " ReduceMean 'node', inputs ([2, 3]): axis 2 is outside the 2 axes of the input",
        "GlobalMaxPool | 13 | GlobalMaxPool 'node', inputs ([2, 3]): the input must be [N, C,"
            + " D...], got 2 axes; so it cannot be trained: replace it, or train the part of the"
            + " graph before it",
        "Hardmax | 13 | Hardmax 'node', inputs ([2, 3]): op Hardmax of domain '' has no meaning"
            + " here; so it cannot be trained: replace it, or train the part of the graph before it"
      })
  void an_error_names_the_node(String type, int opset, String message) {
    Graph graph = graph(type, opset, Map.of());

    assertThatThrownBy(() -> gradient(graph, new float[6], 2, 3))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessage(message);
  }
}
