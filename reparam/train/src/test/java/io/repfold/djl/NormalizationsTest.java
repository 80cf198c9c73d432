package io.repfold.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Batch normalization in training, against its definition in double. */
class NormalizationsTest {
  private static final int N = 3;
  private static final int C = 2;
  private static final int H = 3;
  private static final int W = 4;
  private static final double EPSILON = 1e-5;
  private static final Offset<Double> CLOSE = Offset.offset(2e-5);

  private static Graph graph(boolean padded) {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(3));
    String x = b.input("x", N, C, H, W);
    b.output(
        padded ? pointwise(b, b.batchNorm(b.pad(pointwise(b, x), 1, 0, 2, 1))) : b.batchNorm(x));
    return b.build();
  }

  /** Hands the image on: with these around it, a padded normalization is that of a Rep block. */
  private static String pointwise(GraphBuilder b, String x) {
    String identity = b.constant(Tensor.ofFloats(new float[] {1, 0, 0, 1}, C, C, 1, 1));
    return b.op("same", new Op.Conv(Kernel.of(1).window(), 1), List.of(x, identity), C);
  }

  private record Pass(double[] y, double[] dx, double[] gamma, double[] beta) {}

  private static Pass pass(GraphBlock block, int size) {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDList inputs =
          new NDList(manager.create(Oracles.random(1, N, C, H, W), new Shape(N, C, H, W)));
      inputs.head().setRequiresGradient(true);
      NDArray y;
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        y = block.forward(inputs, true).head();
        NDArray weights = manager.create(Oracles.random(2, size), y.getShape());
        collector.backward(y.mul(weights).sum());
      }
      return new Pass(
          Oracles.doubles(y),
          Oracles.doubles(inputs.head().getGradient()),
          Oracles.doubles(block.parameter("bn.weight").getArray().getGradient()),
          Oracles.doubles(block.parameter("bn.bias").getArray().getGradient()));
    }
  }

  @Test
  void training_uses_the_batch_and_moves_the_running_statistics() {
    Graph graph = graph(false);
    try (GraphBlock block = GraphBlock.of(graph, GraphBlockOptions.DEFAULT)) {
      Pass pass = pass(block, N * C * H * W);
      float[] x = Oracles.random(1, N, C, H, W);
      float[] g = Oracles.random(2, N * C * H * W);
      int count = N * H * W;
      for (int c = 0; c < C; c++) {
        double mean = 0;
        double squares = 0;
        for (int i : channel(c)) {
          mean += x[i] / (double) count;
        }
        for (int i : channel(c)) {
          squares += (x[i] - mean) * (x[i] - mean);
        }
        double deviation = Math.sqrt(squares / count + EPSILON);
        double gamma = value(graph, "bn.weight", c);
        double beta = value(graph, "bn.bias", c);
        double sum = 0;
        double product = 0;
        for (int i : channel(c)) {
          double unit = (x[i] - mean) / deviation;
          assertThat(pass.y()[i]).isCloseTo(gamma * unit + beta, CLOSE);
          sum += g[i];
          product += g[i] * unit;
        }
        assertThat(pass.beta()[c]).isCloseTo(sum, CLOSE);
        assertThat(pass.gamma()[c]).isCloseTo(product, CLOSE);
        for (int i : channel(c)) {
          double unit = (x[i] - mean) / deviation;
          double dx = gamma / deviation * (g[i] - sum / count - unit * product / count);
          assertThat(pass.dx()[i]).isCloseTo(dx, CLOSE);
        }
        Graph after = block.graph();
        double oldMean = value(graph, "bn.running_mean", c);
        double oldVariance = value(graph, "bn.running_var", c);
        assertThat(value(after, "bn.running_mean", c)).isCloseTo(0.9 * oldMean + 0.1 * mean, CLOSE);
        assertThat(value(after, "bn.running_var", c))
            .as("from the unbiased variance")
            .isCloseTo(0.9 * oldVariance + 0.1 * squares / (count - 1), CLOSE);
      }
    }
  }

  @Test
  void a_border_is_what_running_statistics_make_of_zero() {
    Graph graph = graph(true);
    int height = H + 3;
    int width = W + 1;
    Pass inner;
    try (GraphBlock block = GraphBlock.of(graph(false), GraphBlockOptions.DEFAULT)) {
      inner = pass(block, N * C * H * W);
    }
    try (GraphBlock block = GraphBlock.of(graph, GraphBlockOptions.DEFAULT)) {
      Pass pass = pass(block, N * C * height * width);
      Graph after = block.graph();
      float[] g = Oracles.random(2, N, C, height, width);
      double[] betaGradient = new double[C];
      for (int i = 0; i < pass.y().length; i++) {
        int c = i / (height * width) % C;
        int row = i / width % height - 1;
        int column = i % width;
        if (row >= 0 && row < H && column < W) {
          int plane = i / (height * width);
          assertThat(pass.y()[i]).isCloseTo(inner.y()[(plane * H + row) * W + column], CLOSE);
          betaGradient[c] += g[i];
        } else {
          double deviation = Math.sqrt(value(after, "bn.running_var", c) + EPSILON);
          double border =
              value(graph, "bn.bias", c)
                  - value(after, "bn.running_mean", c) * value(graph, "bn.weight", c) / deviation;
          assertThat(pass.y()[i]).isCloseTo(border, CLOSE);
        }
      }
      assertThat(pass.beta())
          .as("no gradient from the border")
          .containsExactly(betaGradient, CLOSE);
      List<long[]> shapes = List.of(new long[] {N, C, H, W});
      Oracles.assertClose(
          "inference", Oracles.block(after, shapes), Oracles.interpreter(after, shapes), 1e-5);
    }
  }

  @Test
  void a_padding_that_is_no_rep_blocks_is_part_of_the_batch() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(3));
    String x = b.input("x", N, C, H, W);
    b.output(
        b.conv(b.batchNorm(b.pad(b.conv(x, C, Kernel.of(3), 1), 1, 1, 1, 1)), C, Kernel.of(1), 1));
    Graph graph = b.build();
    try (GraphBlock block = GraphBlock.of(graph, GraphBlockOptions.DEFAULT)) {
      pass(block, N * C * (H + 2) * (W + 2));
      double mean = 0;
      double[] padded = padded(graph);
      for (int n = 0; n < N; n++) {
        for (int i = 0; i < padded.length / N / C; i++) {
          mean += padded[n * padded.length / N + i] / (padded.length / (double) C);
        }
      }
      double before = value(graph, "bn.running_mean", 0);
      assertThat(value(block.graph(), "bn.running_mean", 0))
          .isCloseTo(0.9 * before + 0.1 * mean, CLOSE);
    }
  }

  /** What the normalization reads. */
  private static double[] padded(Graph graph) {
    String read =
        graph.nodes().stream()
            .filter(n -> n.op() instanceof Op.BatchNormalization)
            .findFirst()
            .orElseThrow()
            .input(0);
    Graph part =
        graph.toBuilder().replaceOutputs(List.of(Value.float32(read, N, C, H + 2, W + 2))).build();
    return Oracles.interpreter(part, List.of(new long[] {N, C, H, W})).get(0);
  }

  @Test
  void frozen_statistics_stay_and_scale_and_shift_still_learn() {
    for (boolean padded : new boolean[] {false, true}) {
      Graph graph = graph(padded);
      int size = padded ? N * C * (H + 3) * (W + 1) : N * C * H * W;
      GraphBlockOptions frozen = GraphBlockOptions.DEFAULT.withFrozenBatchNorms(true);
      try (GraphBlock block = GraphBlock.of(graph, frozen)) {
        Pass pass = pass(block, size);
        double[] expected = Oracles.interpreter(graph, List.of(new long[] {N, C, H, W})).get(0);
        assertThat(pass.y()).containsExactly(expected, CLOSE);
        assertThat(block.graph()).isEqualTo(graph);
        assertThat(Arrays.stream(pass.gamma()).map(Math::abs).sum()).isGreaterThan(0.1);
      }
    }
  }

  @Test
  void one_value_a_channel_has_no_statistics() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(3));
    b.output(b.named("norm").batchNorm(b.globalAveragePool(b.input("x", 1, C, H, W))));
    try (GraphBlock block = GraphBlock.of(b.build(), GraphBlockOptions.DEFAULT);
        NDManager manager = NDManager.newBaseManager()) {
      NDList inputs = new NDList(manager.ones(new Shape(1, C, H, W)));
      assertThat(block.forward(inputs, false).head().getShape()).isEqualTo(new Shape(1, C, 1, 1));
      assertThatThrownBy(() -> block.forward(inputs, true))
          .isInstanceOf(InvalidGraphException.class)
          .hasMessageContaining("BatchNormalization 'norm'")
          .hasMessageContaining("more than one value a channel");
    }
  }

  private static int[] channel(int c) {
    return java.util.stream.IntStream.range(0, N * C * H * W)
        .filter(i -> i / (H * W) % C == c)
        .toArray();
  }

  private static double value(Graph graph, String name, int at) {
    return graph.initializers().get(name).doubleAt(at);
  }
}
