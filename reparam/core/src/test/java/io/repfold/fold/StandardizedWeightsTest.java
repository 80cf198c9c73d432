package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.Window;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Weight standardization (Qiao et al., 2019) as PyTorch exports it: a BatchNormalization in
 * training mode normalizes a constant kernel, one output channel a channel.
 */
class StandardizedWeightsTest {
  private static final int CHANNELS = 3;

  private static Tensor random(long seed, long... dims) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] values = random.doubles(Tensor.count(dims), 0.5, 2).toArray();
    return Tensor.ofDoubles(ElementType.DOUBLE, values, dims);
  }

  /**
   * A convolution of a standardized kernel.
   *
   * @param outputs of the BatchNormalization, whose first is {@code n}
   */
  private static Graph graph(int opset, List<String> outputs) {
    Op reshape = new Op.Reshape(false);
    return new Graph.Builder("net")
        .opset("", opset)
        .input(Value.of("x", ElementType.DOUBLE, Shape.of(1, 4, 6, 5)))
        .initializer("kernel", random(1, CHANNELS, 4, 3, 3))
        .initializer("rows", Tensor.ofLongs(new long[] {1, CHANNELS, -1}, 3))
        .initializer("back", Tensor.ofLongs(new long[] {CHANNELS, 4, 3, 3}, 4))
        .initializer("gain", random(2, CHANNELS))
        .initializer("shift", random(3, CHANNELS))
        .initializer("mean", random(4, CHANNELS))
        .initializer("variance", random(5, CHANNELS))
        .node(reshape, List.of("kernel", "rows"), "r")
        .node(
            new Node(
                "standardize",
                new Op.BatchNormalization(1e-3f, 0.75f, true),
                List.of("r", "gain", "shift", "mean", "variance"),
                outputs))
        .node(reshape, List.of("n", "back"), "w")
        .node(new Op.Conv(Window.DEFAULT, 1), List.of("x", "w"), "y")
        .output(Value.of("y", ElementType.DOUBLE, Shape.of(1, CHANNELS, 4, 3)))
        .build();
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 17})
  void a_standardized_kernel_is_a_constant(int opset) {
    Verified.fold(graph(opset, List.of("n", "m", "v"))).becomes("Conv");
    Verified.fold(graph(opset, List.of("n"))).becomes("Conv");
    Verified.fold(graph(opset, List.of("n", "", "v"))).becomes("Conv");
  }

  /** Five outputs, whose variance was the unbiased one in some releases. */
  @ParameterizedTest
  @ValueSource(ints = {9, 13})
  void before_opset_14_it_stays(int opset) {
    Verified verified = Verified.fold(graph(opset, List.of("n", "m", "v", "sm", "sv")));
    assertThat(verified.types()).contains("BatchNormalization");
    verified.saysWhy("training mode");
  }

  @ParameterizedTest
  @CsvSource({"m, 0.75", "v, 0.75"})
  void what_its_running_statistics_are_is_computed_too(String statistic, double momentum) {
    Graph graph = graph(17, List.of("n", "m", "v"));
    Graph reader =
        graph.toBuilder()
            .node(new Op.Conv(Window.DEFAULT, 1), List.of("x", "w", statistic), "z")
            .output(Value.of("z", ElementType.DOUBLE, Shape.of(1, CHANNELS, 4, 3)))
            .build();
    Verified verified = Verified.fold(reader);
    verified.becomes("Conv", "Conv");
    double stored = random(statistic.equals("m") ? 4 : 5, CHANNELS).doubleAt(0);
    double computed =
        verified.graph().nodes().stream()
            .filter(n -> n.output().equals("z"))
            .map(n -> verified.graph().constant(n.input(2)).orElseThrow().doubleAt(0))
            .findFirst()
            .orElseThrow();
    double batch = (computed - momentum * stored) / (1 - momentum);
    double[] kernel = random(1, CHANNELS, 4, 3, 3).toDoubles();
    double mean = java.util.Arrays.stream(kernel, 0, 36).average().orElseThrow();
    double variance =
        java.util.Arrays.stream(kernel, 0, 36).map(k -> (k - mean) * (k - mean)).sum() / 36;
    assertThat(batch)
        .isCloseTo(
            statistic.equals("m") ? mean : variance, org.assertj.core.data.Offset.offset(1e-12));
  }

  @Test
  void a_statistic_that_is_an_output_stays() {
    Graph graph =
        graph(17, List.of("n", "m", "v")).toBuilder()
            .output(Value.of("m", ElementType.DOUBLE, Shape.of(CHANNELS)))
            .build();
    assertThat(Verified.fold(graph).types()).contains("BatchNormalization");
  }

  @Test
  void statistics_of_an_image_stay() {
    Graph graph =
        new Graph.Builder("net")
            .input(Value.of("x", ElementType.DOUBLE, Shape.of(2, CHANNELS, 6, 5)))
            .initializer("gain", random(2, CHANNELS))
            .initializer("shift", random(3, CHANNELS))
            .initializer("mean", random(4, CHANNELS))
            .initializer("variance", random(5, CHANNELS))
            .node(
                new Node(
                    "",
                    new Op.BatchNormalization(1e-3f, 0.75f, true),
                    List.of("x", "gain", "shift", "mean", "variance"),
                    List.of("y", "m", "v")))
            .output(Value.of("y", ElementType.DOUBLE, Shape.of(2, CHANNELS, 6, 5)))
            .build();
    Verified.fold(graph).becomes("BatchNormalization").saysWhy("training mode");
  }

  /** The kernel normalized by what is stored, and by the unbiased variance. */
  @Test
  void wrong_statistics_are_noticed() {
    Graph graph = graph(17, List.of("n", "m", "v"));
    Graph stored = with(graph, new Op.BatchNormalization(1e-3f, 0.75f, false));
    Graph unbiased = with(graph, new Op.BatchNormalization(1e-3f + 0.01f, 0.75f, true));
    for (Graph wrong : List.of(stored, unbiased)) {
      double error =
          Equivalence.error(
              graph, Folder.fold(wrong).graph(), io.repfold.kit.Inputs.random(graph, 7, 3));
      assertThat(error).isGreaterThan(1e-6);
    }
  }

  private static Graph with(Graph graph, Op norm) {
    List<Node> nodes =
        graph.nodes().stream()
            .map(
                n ->
                    n.op() instanceof Op.BatchNormalization
                        ? new Node(n.name(), norm, n.inputs(), List.of("n"))
                        : n)
            .toList();
    return graph.toBuilder().replaceNodes(nodes).build();
  }
}
