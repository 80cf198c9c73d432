package io.repfold.precision.int8;

import static io.repfold.precision.int8.QuantizedGraphs.chain;
import static io.repfold.precision.int8.QuantizedGraphs.decibels;
import static io.repfold.precision.int8.QuantizedGraphs.ops;
import static io.repfold.precision.int8.QuantizedGraphs.quantized;
import static io.repfold.precision.int8.QuantizedGraphs.residual;
import static io.repfold.precision.int8.QuantizedGraphs.samples;
import static io.repfold.precision.int8.QuantizedGraphs.statistics;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.Window;
import io.repfold.kit.Layers;
import io.repfold.kit.Tensors;
import io.repfold.kit.Values;
import io.repfold.precision.SampleRunner;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantizerTest {
  private static final QuantizationOptions CPU =
      QuantizationOptions.of(QuantizationTarget.CPU).withMethod(RangeMethod.MINMAX);
  private static final QuantizationOptions TENSORRT =
      QuantizationOptions.of(QuantizationTarget.TENSORRT).withMethod(RangeMethod.MINMAX);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void outputs_stay_close(long seed) {
    for (Graph graph : List.of(chain(seed), residual(seed))) {
      double cpu = decibels(graph, quantized(graph, CPU), samples(1).samples().get(0));
      double tensorRt = decibels(graph, quantized(graph, TENSORRT), samples(1).samples().get(0));
      assertThat(cpu).isBetween(30.0, 60.0);
      assertThat(tensorRt).isBetween(28.0, 60.0);
    }
  }

  @Test
  void on_a_cpu_each_layer_lies_between_a_pair_before_and_a_pair_behind_its_activation() {
    Graph graph = quantized(chain(1), CPU);

    Node second = layer(graph, "b");
    Node input = graph.producer(second.input(0)).orElseThrow();
    assertThat(input.op()).isInstanceOf(Op.DequantizeLinear.class);
    assertThat(graph.producer(input.input(0)).orElseThrow().input(0)).isEqualTo("ar");
    assertThat(graph.readers("b")).singleElement().extracting(Node::op).isEqualTo(Layers.RELU);
    assertThat(graph.constant(zeroPoint(graph, input)).orElseThrow().toLongs()).containsExactly(0);
    assertThat(type(graph, zeroPoint(graph, input))).isEqualTo(ElementType.UINT8);
    assertThat(zeroPointOf(graph, "x")).as("x has both signs").isBetween(1, 254);
    assertThat(graph.producer("c").orElseThrow().op()).isInstanceOf(Op.DequantizeLinear.class);
  }

  @Test
  void weights_are_int8_around_zero_with_one_scale_a_channel() {
    Graph graph = quantized(chain(1), CPU);

    Node back = graph.producer(layer(graph, "b").input(1)).orElseThrow();
    Tensor integers = graph.constant(back.input(0)).orElseThrow();
    assertThat(integers.describe()).isEqualTo("INT8[8, 8, 3, 3]");
    assertThat(graph.constant(back.input(1)).orElseThrow().describe()).isEqualTo("FLOAT[8]");
    assertThat(graph.constant(back.input(2)).orElseThrow().toLongs()).containsOnly(0);
    assertThat(back.op()).isEqualTo(new Op.DequantizeLinear(0, java.util.Optional.empty()));
    for (int channel = 0; channel < 8; channel++) {
      long largest = 0;
      for (int i = 0; i < 72; i++) {
        largest = Math.max(largest, Math.abs((long) integers.doubleAt(72 * channel + i)));
      }
      assertThat(largest).as("channel %d", channel).isEqualTo(127);
    }
  }

  @Test
  void biases_are_integers_in_steps_of_input_times_weight_on_a_cpu_and_real_for_tensorrt() {
    Graph cpu = quantized(chain(1), CPU);
    Node layer = layer(cpu, "b");
    Node bias = cpu.producer(layer.input(2)).orElseThrow();
    Node weight = cpu.producer(layer.input(1)).orElseThrow();
    Node input = cpu.producer(layer.input(0)).orElseThrow();

    assertThat(type(cpu, bias.input(0))).isEqualTo(ElementType.INT32);
    double step = number(cpu, input.input(1), 0);
    for (int i = 0; i < 8; i++) {
      assertThat(number(cpu, bias.input(1), i))
          .isEqualTo((float) step * (float) number(cpu, weight.input(1), i));
      double back = number(cpu, bias.input(0), i) * number(cpu, bias.input(1), i);
      assertThat(Math.abs(back - chain(1).constant("bb").orElseThrow().doubleAt(i)))
          .isLessThanOrEqualTo(0.51 * number(cpu, bias.input(1), i));
    }
    Graph tensorRt = quantized(chain(1), TENSORRT);
    assertThat(layer(tensorRt, "b").input(2)).isEqualTo("bb");
  }

  @Test
  void tensorrt_gets_int8_around_zero_and_no_pair_behind_the_last_layer() {
    Graph graph = quantized(chain(1), TENSORRT);

    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.QuantizeLinear) {
        assertThat(type(graph, node.input(2))).isEqualTo(ElementType.INT8);
        assertThat(graph.constant(node.input(2)).orElseThrow().toLongs()).containsOnly(0);
      }
    }
    assertThat(graph.producer("c").orElseThrow().op()).isInstanceOf(Op.Conv.class);
    assertThat(ops(graph)).filteredOn("QuantizeLinear"::equals).hasSize(3);
  }

  @Test
  void a_residual_branch_is_quantized_and_for_tensorrt_only_that() {
    Graph cpu = quantized(residual(1), CPU);
    Node both = cpu.producer("sum").orElseThrow();
    assertThat(both.inputs()).allMatch(v -> isBack(cpu, v));

    Graph tensorRt = quantized(residual(1), TENSORRT);
    Node one = tensorRt.producer("sum").orElseThrow();
    assertThat(one.input(0)).isEqualTo("b");
    assertThat(isBack(tensorRt, one.input(1))).isTrue();
    assertThat(TensorRtQuantizationCheck.check(tensorRt)).isEmpty();
  }

  private static boolean isBack(Graph graph, String value) {
    return graph.producer(value).filter(n -> n.op() instanceof Op.DequantizeLinear).isPresent();
  }

  @Test
  void what_lies_between_layers_and_moves_integers_keeps_their_grid() {
    Graph.Builder builder = new Graph.Builder("g").input(Value.float32("x", 1, 3, 9, 7));
    SplittableRandom random = new SplittableRandom(1);
    QuantizedGraphs.conv(builder, random, "x", "a", 3, 4);
    builder.node(pool(), List.of("a"), "p");
    QuantizedGraphs.conv(builder, random, "p", "b", 4, 4);
    builder.node(pool(), List.of("b"), "y");
    Graph graph = quantized(builder.output(Values.float32("y")).build(), CPU);

    Node pool = graph.producer("p").orElseThrow();
    assertThat(isBack(graph, pool.input(0))).isTrue();
    Node before = graph.producer(pool.input(0)).orElseThrow();
    Node behind = graph.readers("p").get(0);
    assertThat(number(graph, behind.input(1), 0)).isEqualTo(number(graph, before.input(1), 0));
    assertThat(zeroPoint(graph, behind)).isNotEmpty();
    assertThat(graph.readers("y")).as("nothing behind it computes in integers").isEmpty();
    assertThat(graph.isOutput("y")).isTrue();
  }

  private static Op pool() {
    return new Op.MaxPool(List.of(2, 2), Window.DEFAULT, false, false);
  }

  @Test
  void what_others_read_comes_from_the_integers_of_a_layer() {
    Graph.Builder builder = new Graph.Builder("g").input(Value.float32("x", 1, 3, 9, 7));
    SplittableRandom random = new SplittableRandom(1);
    QuantizedGraphs.conv(builder, random, "x", "a", 3, 4);
    builder.node(new Op.Unary(Op.Unary.Function.TANH), List.of("a"), "t");
    builder.node(new Op.Opaque("some", "Thing", Map.of(), List.of("a")), List.of("t"), "thing");
    builder.opset("some", 1).output(Values.float32("thing")).output(Values.float32("a"));
    Graph source = builder.build();
    TensorStatistics seen = new TensorStatistics();
    seen.accept(FloatBuffer.wrap(new float[] {-1, 2}));
    Graph graph = Quantizer.quantize(source, Map.of("x", seen, "a", seen), CPU);

    assertThat(graph.producer("a").orElseThrow().op()).isInstanceOf(Op.DequantizeLinear.class);
    assertThat(graph.producer("t").orElseThrow().input(0)).isEqualTo("a");
    assertThat(graph.producer("thing").orElseThrow())
        .isEqualTo(source.producer("thing").orElseThrow());
    assertThat(ShapeInference.infer(graph).get("a").shape().orElseThrow())
        .hasToString("[1, 4, 9, 7]");
  }

  /** A hard swish as Paddle spells it: {@code x * clip(x + 3, 0, 6)}. */
  private static Graph hardSwish() {
    Graph.Builder builder = new Graph.Builder("g").input(Value.float32("x", 1, 3, 9, 7));
    SplittableRandom random = new SplittableRandom(1);
    QuantizedGraphs.conv(builder, random, "x", "a", 3, 4);
    builder
        .initializer("three", Tensor.ofFloats(new float[] {3}, 1))
        .initializer("zero", Tensor.ofFloats(new float[] {0}))
        .initializer("six", Tensor.ofFloats(new float[] {6}))
        .node(Layers.ADD, List.of("a", "three"), "s")
        .node(
            new Op.Clip(java.util.OptionalDouble.empty(), java.util.OptionalDouble.empty()),
            List.of("s", "zero", "six"),
            "t")
        .node(new Op.Binary(Op.Binary.Function.MUL), List.of("a", "t"), "h");
    QuantizedGraphs.conv(builder, random, "h", "b", 4, 4);
    return builder.output(Values.float32("b")).build();
  }

  @Test
  void a_constant_that_is_added_is_quantized_on_a_cpu() {
    Graph graph = quantized(hardSwish(), CPU);
    Node sum = graph.producer("s").orElseThrow();
    Node constant = graph.producer(sum.input(1)).orElseThrow();

    assertThat(sum.inputs()).allMatch(v -> isBack(graph, v));
    assertThat(graph.producer("h").orElseThrow().inputs()).allMatch(v -> isBack(graph, v));
    assertThat(type(graph, constant.input(0))).isEqualTo(ElementType.UINT8);
    double back =
        (number(graph, constant.input(0), 0) - number(graph, constant.input(2), 0))
            * number(graph, constant.input(1), 0);
    assertThat(back).isCloseTo(3, org.assertj.core.data.Percentage.withPercentage(1e-4));
    assertThat(decibels(hardSwish(), graph, samples(1).samples().get(0))).isGreaterThan(28);
    Graph tensorRt = quantized(hardSwish(), TENSORRT);
    assertThat(tensorRt.producer("s").orElseThrow().inputs()).containsExactly("a", "three");
    assertThat(TensorRtQuantizationCheck.check(tensorRt)).isEmpty();
  }

  /** ONNX Runtime refuses a model with two nodes of one name. */
  @Test
  void node_names_differ() {
    for (QuantizationOptions options : List.of(CPU, TENSORRT)) {
      List<String> names =
          quantized(residual(1), options).nodes().stream().map(Node::name).toList();
      assertThat(names).doesNotHaveDuplicates();
    }
  }

  @Test
  void excluded_layers_stay_as_they_are() {
    Graph graph = quantized(chain(1), CPU.withExcluded(Set.of("b")));

    assertThat(layer(graph, "b").inputs()).containsExactly("ar_dequantized", "bw", "bb");
    assertThatThrownBy(() -> quantized(chain(1), CPU.withExcluded(Set.of("bee"))))
        .hasMessageContaining("no node or value 'bee'");
  }

  @Test
  void matrix_products_have_scales_for_their_columns() {
    SplittableRandom random = new SplittableRandom(4);
    Graph source =
        new Graph.Builder("g")
            .input(Value.float32("x", 4, 6))
            .initializer("w", Tensors.random(random, 1, 5, 6))
            .initializer("b", Tensors.random(random, 1, 5))
            .initializer("v", Tensors.random(random, 1, 5, 3))
            .node(new Op.Gemm(1, 1, false, true), List.of("x", "w", "b"), "g")
            .node(new Op.MatMul(), List.of("g", "v"), "y")
            .output(Values.float32("y"))
            .build();
    var runner = samples(3, 4, 6);
    Graph graph = Quantizer.quantize(source, statistics(source, runner, CPU), CPU);

    assertThat(axis(graph, "g")).isZero();
    assertThat(axis(graph, "y")).isEqualTo(1);
    assertThat(decibels(source, graph, runner.samples().get(0))).isGreaterThan(30);
    assertThat(TensorRtQuantizationCheck.check(quantizedBy(source, runner))).isEmpty();
  }

  /** With as many rows as columns, so that the number of elements does not tell them apart. */
  @Test
  void a_bias_that_differs_by_row_stays_real_and_one_that_differs_by_column_does_not() {
    SplittableRandom random = new SplittableRandom(4);
    for (boolean byRow : List.of(true, false)) {
      Tensor bias = Tensors.random(random, 5, byRow ? 4 : 1, byRow ? 1 : 4);
      Graph source =
          new Graph.Builder("g")
              .input(Value.float32("x", 4, 6))
              .initializer("w", Tensors.random(random, 1, 6, 4))
              .initializer("b", bias)
              .initializer("v", Tensors.random(random, 1, 4, 3))
              .node(new Op.Gemm(1, 1, false, false), List.of("x", "w", "b"), "g")
              .node(new Op.MatMul(), List.of("g", "v"), "y")
              .output(Values.float32("y"))
              .build();
      var runner = samples(3, 4, 6);
      Graph graph = Quantizer.quantize(source, statistics(source, runner, CPU), CPU);

      assertThat(decibels(source, graph, runner.samples().get(0))).isGreaterThan(30);
      assertThat(isBack(graph, layer(graph, "g").input(1))).isEqualTo(!byRow);
    }
  }

  private static Graph quantizedBy(Graph source, SampleRunner runner) {
    return Quantizer.quantize(source, statistics(source, runner, TENSORRT), TENSORRT);
  }

  private static int axis(Graph graph, String layer) {
    Node node = graph.producer(layer).orElseThrow();
    return ((Op.DequantizeLinear) graph.producer(node.input(1)).orElseThrow().op()).axis();
  }

  @Test
  void a_channel_without_weights_keeps_its_bias() {
    Graph source = chain(1);
    double[] weights = source.constant("bw").orElseThrow().toDoubles();
    java.util.Arrays.fill(weights, 72, 144, 0);
    double[] biases = source.constant("bb").orElseThrow().toDoubles();
    biases[1] = 3e7;
    biases[2] = -2e5;
    var initializers = new java.util.LinkedHashMap<>(source.initializers());
    initializers.put("bw", Tensor.ofDoubles(ElementType.FLOAT, weights, 8, 8, 3, 3));
    initializers.put("bb", Tensor.ofDoubles(ElementType.FLOAT, biases, 8));
    Graph graph = quantized(source.toBuilder().replaceInitializers(initializers).build(), CPU);

    Node bias = graph.producer(layer(graph, "b").input(2)).orElseThrow();
    assertThat(number(graph, bias.input(0), 1) * number(graph, bias.input(1), 1))
        .isCloseTo(3e7, org.assertj.core.data.Percentage.withPercentage(1e-4));
    assertThat(number(graph, bias.input(0), 2) * number(graph, bias.input(1), 2))
        .isCloseTo(-2e5, org.assertj.core.data.Percentage.withPercentage(1e-4));
  }

  @Test
  void what_cannot_be_quantized_is_refused_with_the_reason() {
    Graph done = quantized(chain(1), CPU);
    assertRefused(done, "is quantized already: it holds QuantizeLinear 'x_quantized'");
    Graph old = chain(1).toBuilder().opset("", 12).build();
    assertRefused(old, "has opset 12, and weights with one scale a channel came with opset 13");
    Graph none =
        new Graph.Builder("g")
            .input(Value.float32("x", 1, 2))
            .node(Layers.RELU, List.of("x"), "y")
            .output(Values.float32("y"))
            .build();
    assertRefused(none, "no Conv, ConvTranspose, Gemm or MatMul with a constant float32 weight");
    Graph other =
        chain(1).toBuilder()
            .opset("com.microsoft", 1)
            .node(new Op.Opaque("com.microsoft", "QGemm", Map.of(), List.of()), List.of("c"), "q")
            .build();
    assertRefused(other, "is quantized already: it holds QGemm");
  }

  @Test
  void a_graph_of_which_all_layers_stay_float32_is_refused_with_their_reasons() {
    SplittableRandom random = new SplittableRandom(3);
    Graph upsampling =
        new Graph.Builder("up")
            .input(Value.float32("x", 1, 3, 9, 7))
            .initializer("w", Tensors.random(random, 1, 3, 2, 2, 2))
            .node(
                new Op.ConvTranspose(Window.DEFAULT, 1, List.of(), List.of()),
                List.of("x", "w"),
                "y")
            .output(Values.float32("y"))
            .build();
    assertRefused(
        upsampling,
        "No layer of graph 'up' would compute in integers for target CPU: 'y': ONNX Runtime has no"
            + " integer kernel for it on a CPU");
    assertThat(Quantizer.values(upsampling, TENSORRT)).contains("x");
    assertThatThrownBy(() -> Quantizer.values(chain(1), CPU.withExcluded(Set.of("a", "b", "c"))))
        .hasMessageContaining("'a' and 2 more: excluded");
  }

  @Test
  void weights_that_callers_may_replace_are_no_constants_and_the_refusal_says_so() {
    Graph all = chain(1);
    for (String weight : List.of("aw", "bw", "cw")) {
      all = replaceable(all, weight);
    }
    assertRefused(all, "weights such as 'aw' are graph inputs too, so callers may replace them");
    assertThat(Quantizer.plan(replaceable(chain(1), "bw"), CPU).refused())
        .containsEntry("b", "its weight is also a graph input, so callers may replace it");
  }

  private static Graph replaceable(Graph graph, String weight) {
    Tensor tensor = graph.constant(weight).orElseThrow();
    return graph.toBuilder().input(Value.float32(weight, tensor.dims())).build();
  }

  private static void assertRefused(Graph graph, String because) {
    assertThatThrownBy(() -> Quantizer.values(graph, CPU))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessageContaining(because);
  }

  @Test
  void values_without_a_usable_range_are_refused() {
    assertThatThrownBy(() -> Quantizer.quantize(chain(1), Map.of(), CPU))
        .hasMessageContaining("Value 'x' has no range, because no sample was run");
    TensorStatistics broken = new TensorStatistics();
    broken.accept(FloatBuffer.wrap(new float[] {1, Float.NaN}));
    assertThatThrownBy(() -> Quantizer.quantize(chain(1), Map.of("x", broken), CPU))
        .hasMessageContaining("Value 'x' was NaN 1 times");
  }

  @ParameterizedTest
  @EnumSource(QuantizationTarget.class)
  void a_value_that_is_always_the_same_is_no_obstacle(QuantizationTarget target) {
    QuantizationOptions options = QuantizationOptions.of(target);
    Graph graph = chain(1);
    Map<String, TensorStatistics> statistics = statistics(graph, samples(2), options);
    TensorStatistics zeros = new TensorStatistics();
    zeros.accept(FloatBuffer.wrap(new float[8]));
    statistics.put("ar", zeros);

    assertThat(Quantizer.quantize(graph, statistics, options).nodes()).isNotEmpty();
  }

  private static Node layer(Graph graph, String output) {
    return graph.producer(output).orElseThrow();
  }

  private static String zeroPoint(Graph graph, Node node) {
    assertThat(graph.constant(node.input(2))).isPresent();
    return node.input(2);
  }

  private static int zeroPointOf(Graph graph, String value) {
    Node quantize = graph.readers(value).get(0);
    return (int) number(graph, quantize.input(2), 0);
  }

  private static ElementType type(Graph graph, String constant) {
    return graph.constant(constant).orElseThrow().type();
  }

  private static double number(Graph graph, String constant, int index) {
    return graph.constant(constant).orElseThrow().doubleAt(index);
  }
}
