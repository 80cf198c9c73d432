package io.repfold.precision.int8;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.Window;
import io.repfold.kit.Layers;
import io.repfold.kit.Tensors;
import io.repfold.kit.Values;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RangeEqualizerTest {
  /** What lies between the two convolutions. */
  enum Between {
    NOTHING(true),
    RELU(true),
    LEAKY_RELU(true),
    PRELU(true),
    MAX_POOL(true),
    TWO(true),
    CLIP(false),
    SIGMOID(false),
    ADD(false);

    private final boolean scales;

    Between(boolean scales) {
      this.scales = scales;
    }

    private String append(Graph.Builder graph) {
      switch (this) {
        case NOTHING -> {
          return "a";
        }
        case RELU -> graph.node(Layers.RELU, List.of("a"), "m");
        case LEAKY_RELU -> graph.node(new Op.LeakyRelu(0.3f), List.of("a"), "m");
        case PRELU ->
            graph
                .initializer("slope", Tensors.random(new SplittableRandom(2), 1, 6, 1, 1))
                .node(new Op.PRelu(), List.of("a", "slope"), "m");
        case MAX_POOL ->
            graph.node(
                new Op.MaxPool(List.of(2, 2), Window.DEFAULT, false, false), List.of("a"), "m");
        case TWO -> {
          graph.node(Layers.RELU, List.of("a"), "m0");
          graph.node(new Op.Identity(), List.of("m0"), "m");
        }
        case CLIP ->
            graph
                .initializer("six", Tensor.ofFloats(new float[] {0.5f}))
                .node(
                    new Op.Clip(OptionalDouble.empty(), OptionalDouble.empty()),
                    List.of("a", "", "six"),
                    "m");
        case SIGMOID -> graph.node(new Op.Unary(Op.Unary.Function.SIGMOID), List.of("a"), "m");
        case ADD -> graph.node(Layers.ADD, List.of("a", "a"), "m");
      }
      return "m";
    }
  }

  /** Convolutions of which the first has channels of very different ranges. */
  private static Graph uneven(Between between, int groups) {
    Graph.Builder graph = new Graph.Builder("uneven").input(Value.float32("x", 1, 3, 9, 7));
    SplittableRandom random = new SplittableRandom(9);
    double[] weight = Tensors.random(random, 0.4, 6, 3, 3, 3).toDoubles();
    double[] bias = Tensors.random(random, 0.4, 6).toDoubles();
    for (int i = 0; i < weight.length; i++) {
      weight[i] *= Math.pow(3, Math.floorDiv(i, 27));
    }
    graph
        .initializer("aw", Tensor.ofDoubles(io.repfold.graph.ElementType.FLOAT, weight, 6, 3, 3, 3))
        .initializer("ab", Tensor.ofDoubles(io.repfold.graph.ElementType.FLOAT, bias, 6))
        .node(Layers.PADDED_CONV, List.of("x", "aw", "ab"), "a");
    String middle = between.append(graph);
    Op conv = new Op.Conv(Window.of(List.of(1, 1), List.of(1, 1), List.of(1, 1, 1, 1)), groups);
    graph
        .initializer("bw", Tensors.random(random, 0.4, 6, 6 / groups, 3, 3))
        .node(conv, List.of(middle, "bw"), "y");
    return graph.output(Values.float32("y")).build();
  }

  private static RangeEqualizer.Result equalized(Graph graph) {
    Map<String, ChannelStatistics> statistics = new HashMap<>();
    QuantizedGraphs.samples(3)
        .run(
            graph,
            RangeEqualizer.values(graph),
            3,
            (sample, values) ->
                values.forEach(
                    (name, computed) ->
                        statistics
                            .computeIfAbsent(name, k -> new ChannelStatistics())
                            .accept(computed.data(), computed.shape())));
    return RangeEqualizer.equalize(graph, statistics);
  }

  private static double[] output(Graph graph) {
    NdArray x = QuantizedGraphs.samples(4).samples().get(3);
    return new Interpreter(graph).run(Map.of("x", x)).get("y").data();
  }

  @ParameterizedTest
  @EnumSource(Between.class)
  void the_graph_computes_the_same_to_the_bit(Between between) {
    Graph graph = uneven(between, 1);
    RangeEqualizer.Result result = equalized(graph);

    assertThat(output(result.graph())).containsExactly(output(graph));
    assertThat(result.balanced()).hasSize(between.scales ? 1 : 0);
    assertThat(result.graph().equals(graph)).isEqualTo(!between.scales);
  }

  @ParameterizedTest
  @EnumSource(
      value = Between.class,
      names = {"NOTHING", "RELU", "LEAKY_RELU", "PRELU", "MAX_POOL"})
  void one_scale_then_suits_all_channels(Between between) {
    Graph graph = uneven(between, 1);
    RangeEqualizer.Result result = equalized(graph);

    RangeEqualizer.Balanced balanced = result.balanced().get(0);
    assertThat(balanced.spreadAfter()).isLessThan(balanced.spreadBefore() / 2);
    assertThat(errorOf(result.graph())).isLessThan(errorOf(graph));
  }

  @Test
  void depthwise_convolutions_take_all_of_the_factor() {
    Graph graph = uneven(Between.RELU, 6);
    RangeEqualizer.Result result = equalized(graph);

    assertThat(output(result.graph())).containsExactly(output(graph));
    assertThat(result.balanced().get(0).spreadAfter()).isLessThan(2.1);
    assertThat(errorOf(result.graph())).isLessThan(errorOf(graph));
  }

  @Test
  void groups_meet_their_own_channels() {
    for (int groups : new int[] {2, 3}) {
      Graph graph = uneven(Between.RELU, groups);
      RangeEqualizer.Result result = equalized(graph);
      assertThat(result.balanced()).hasSize(1);
      assertThat(output(result.graph())).containsExactly(output(graph));
    }
  }

  @Test
  void a_weight_that_others_read_or_a_value_that_callers_see_is_left_alone() {
    Graph shared =
        uneven(Between.RELU, 1).toBuilder()
            .node(Layers.PADDED_CONV, List.of("x", "aw"), "z")
            .output(Values.float32("z"))
            .build();
    assertThat(equalized(shared).balanced()).isEmpty();
    Graph seen = uneven(Between.RELU, 1).toBuilder().output(Values.float32("m")).build();
    assertThat(equalized(seen).balanced()).isEmpty();
  }

  @Test
  void even_channels_are_left_alone() {
    Graph even = QuantizedGraphs.chain(3);
    for (RangeEqualizer.Balanced balanced : equalized(even).balanced()) {
      assertThat(balanced.spreadAfter()).isLessThanOrEqualTo(balanced.spreadBefore());
    }
  }

  /** Of the output, when quantized for TensorRT by range. */
  private static double errorOf(Graph graph) {
    QuantizationOptions options =
        QuantizationOptions.of(QuantizationTarget.TENSORRT).withMethod(RangeMethod.MINMAX);
    NdArray x = QuantizedGraphs.samples(4).samples().get(3);
    double decibels = QuantizedGraphs.decibels(graph, QuantizedGraphs.quantized(graph, options), x);
    return Math.pow(10, -decibels / 10);
  }
}
