package io.repfold.precision.int8;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.kit.Tensors;
import io.repfold.kit.Values;
import io.repfold.kit.Weights;
import io.repfold.precision.SampleRunner;
import io.repfold.precision.int8.TensorRtQuantizationCheck.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TensorRtQuantizationCheckTest {
  private static final QuantizationOptions TENSORRT =
      QuantizationOptions.of(QuantizationTarget.TENSORRT);
  private static final Op BACK = new Op.DequantizeLinear(1, Optional.empty());

  private static Graph good() {
    return QuantizedGraphs.quantized(QuantizedGraphs.residual(1), TENSORRT);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void what_is_written_for_tensorrt_keeps_all_rules(long seed) {
    for (Graph graph : List.of(QuantizedGraphs.residual(seed), QuantizedGraphs.chain(seed))) {
      assertThat(TensorRtQuantizationCheck.check(QuantizedGraphs.quantized(graph, TENSORRT)))
          .isEmpty();
      assertThat(TensorRtQuantizationCheck.check(graph)).isEmpty();
    }
  }

  @Test
  void what_is_written_for_a_cpu_breaks_those_that_it_is_known_to() {
    Graph cpu =
        QuantizedGraphs.quantized(
            QuantizedGraphs.residual(1), QuantizationOptions.of(QuantizationTarget.CPU));
    assertThat(TensorRtQuantizationCheck.check(cpu))
        .extracting(TensorRtQuantizationCheck.Breach::rule)
        .contains(Rule.TYPE, Rule.ZERO_POINT, Rule.BIAS)
        .doesNotContain(Rule.SCALE, Rule.AXIS, Rule.PAIR, Rule.BOTH_OPERANDS, Rule.RESIDUAL);
  }

  /** A change that breaks a rule. */
  record Planted(String name, Rule rule, UnaryOperator<Graph> change) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Planted> planted() {
    return List.of(
        new Planted(
            "negative scale",
            Rule.SCALE,
            g -> Weights.with(g, "x_scale", Tensor.ofFloats(new float[] {-1}))),
        new Planted(
            "zero scale",
            Rule.SCALE,
            g -> Weights.with(g, "aw_scale", Tensor.ofFloats(new float[6], 6))),
        new Planted(
            "computed scale",
            Rule.SCALE,
            g -> g.toBuilder().input(io.repfold.graph.Value.float32("x_scale")).build()),
        new Planted(
            "unsigned",
            Rule.TYPE,
            g ->
                Weights.with(
                    g, "x_zero_point", Tensor.ofDoubles(ElementType.UINT8, new double[1]))),
        new Planted(
            "shifted",
            Rule.ZERO_POINT,
            g ->
                Weights.with(
                    g, "x_zero_point", Tensor.ofDoubles(ElementType.INT8, new double[] {3}))),
        new Planted(
            "shifted weight",
            Rule.ZERO_POINT,
            g ->
                Weights.with(
                    g,
                    "aw_zero_point",
                    Tensor.ofDoubles(ElementType.INT8, new double[] {0, 0, 1, 0, 0, 0}, 6))),
        new Planted(
            "activation a channel",
            Rule.PER_TENSOR,
            g -> Weights.with(g, "x_scale", Tensor.ofFloats(new float[] {1, 2, 3}, 3))),
        new Planted(
            "other axis",
            Rule.AXIS,
            g ->
                Weights.with(
                    node(g, "bw_dequantized", n -> withOp(n, BACK)),
                    "bw_scale",
                    Tensor.ofFloats(new float[] {1, 1, 1, 1, 1, 1}, 6))),
        new Planted("old opset", Rule.OPSET, g -> g.toBuilder().opset("", 12).build()),
        new Planted(
            "two scales",
            Rule.PAIR,
            g ->
                node(
                    Weights.with(g, "other", Tensor.ofFloats(new float[] {0.125f})),
                    "x_dequantized",
                    n ->
                        new Node(
                            n.name(),
                            n.op(),
                            List.of("x_quantized", "other", "x_zero_point"),
                            n.outputs()))),
        new Planted("real input", Rule.BOTH_OPERANDS, g -> node(g, "a", n -> withInput(n, 0, "x"))),
        new Planted(
            "real weight",
            Rule.BOTH_OPERANDS,
            g ->
                node(
                    Weights.with(g, "real", Tensor.ofFloats(new float[162], 6, 3, 3, 3)),
                    "a",
                    n -> withInput(n, 1, "real"))),
        new Planted(
            "quantized bias",
            Rule.BIAS,
            g ->
                node(
                    insert(
                        Weights.with(g, "ib", Tensor.ofDoubles(ElementType.INT8, new double[6], 6)),
                        "a",
                        new Node(
                            "bias",
                            BACK,
                            List.of("ib", "x_scale", "x_zero_point"),
                            List.of("bias"))),
                    "a",
                    n -> withInput(n, 2, "bias"))),
        new Planted(
            "before relu",
            Rule.ACTIVATION,
            g ->
                node(
                    insert(
                        insert(
                            g, "ar", pair(new Op.QuantizeLinear(1, Optional.empty()), "a", "a1")),
                        "ar",
                        pair(BACK, "a1", "a2")),
                    "ar",
                    n -> withInput(n, 0, "a2"))),
        new Planted("real branch", Rule.RESIDUAL, g -> node(g, "sum", n -> withInput(n, 1, "ar"))));
  }

  @ParameterizedTest
  @MethodSource("planted")
  void each_planted_breach_is_found(Planted planted) {
    List<TensorRtQuantizationCheck.Breach> breaches =
        TensorRtQuantizationCheck.check(planted.change().apply(good()));
    assertThat(breaches)
        .extracting(TensorRtQuantizationCheck.Breach::rule)
        .contains(planted.rule());
    assertThat(breaches).allSatisfy(b -> assertThat(b.node()).contains("'"));
  }

  @Test
  void every_rule_has_a_breach() {
    assertThat(planted()).extracting(Planted::rule).contains(Rule.values());
  }

  @Test
  void transposed_convolutions_have_their_output_channels_on_axis_one() {
    Graph.Builder builder =
        new Graph.Builder("t")
            .input(io.repfold.graph.Value.float32("x", 1, 3, 4, 4))
            .initializer("w", Tensors.random(new java.util.SplittableRandom(1), 1, 3, 5, 2, 2))
            .node(
                new Op.ConvTranspose(
                    io.repfold.graph.Window.of(List.of(2, 2), List.of(), List.of()),
                    1,
                    List.of(),
                    List.of()),
                List.of("x", "w"),
                "y")
            .output(Values.float32("y"));
    Graph source = builder.build();
    SampleRunner runner = QuantizedGraphs.samples(2, 1, 3, 4, 4);
    Graph graph =
        Quantizer.quantize(source, QuantizedGraphs.statistics(source, runner, TENSORRT), TENSORRT);

    assertThat(graph.constant("w_scale").orElseThrow().describe()).isEqualTo("FLOAT[5]");
    assertThat(TensorRtQuantizationCheck.check(graph)).isEmpty();
    Graph wrong =
        Weights.with(
            node(
                graph,
                "w_dequantized",
                n -> withOp(n, new Op.DequantizeLinear(0, Optional.empty()))),
            "w_scale",
            Tensor.ofFloats(new float[] {1, 1, 1}, 3));
    assertThat(TensorRtQuantizationCheck.check(wrong))
        .singleElement()
        .hasToString(
            "DequantizeLinear 'w_dequantized': its scales lie along axis 0, but the output channels of"
                + " ConvTranspose 'y' are axis 1 (AXIS)");
  }

  private static Node pair(Op op, String from, String to) {
    return new Node(to, op, List.of(from, "x_scale", "x_zero_point"), List.of(to));
  }

  private static Node withOp(Node node, Op op) {
    return new Node(node.name(), op, node.inputs(), node.outputs());
  }

  private static Node withInput(Node node, int index, String value) {
    List<String> inputs = new ArrayList<>(node.inputs());
    inputs.set(index, value);
    return new Node(node.name(), node.op(), inputs, node.outputs());
  }

  private static Graph node(Graph graph, String output, UnaryOperator<Node> change) {
    return graph.toBuilder()
        .replaceNodes(
            graph.nodes().stream()
                .map(n -> n.output().equals(output) ? change.apply(n) : n)
                .toList())
        .build();
  }

  /**
   * Puts a node before the one that defines a value; first of two, the earlier one stands first.
   */
  private static Graph insert(Graph graph, String before, Node inserted) {
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (node.output().equals(before)) {
        nodes.add(inserted);
      }
      nodes.add(node);
    }
    return graph.toBuilder().replaceNodes(nodes).build();
  }
}
