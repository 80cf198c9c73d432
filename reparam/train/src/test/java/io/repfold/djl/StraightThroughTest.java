package io.repfold.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.Window;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rounding in the forward pass, and gradients as if there were none inside the range. */
class StraightThroughTest {
  private static final int CHANNELS = 3;
  private static final int OUT = 4;
  private static final int PIXELS = 5;
  private static final double STEP = 0.0625;
  private static final int ZERO = 100;
  private static final double[] STEPS = {0.0078125, 0.015625, 0.03125, 0.0009765625};

  static Stream<JsonNode> cases() throws IOException {
    try (InputStream file =
        Objects.requireNonNull(
            StraightThroughTest.class.getResourceAsStream("/fake_quantize.json"))) {
      return StreamSupport.stream(new ObjectMapper().readTree(file).spliterator(), false);
    }
  }

  private static double[] numbers(JsonNode of, String key) {
    return StreamSupport.stream(of.get(key).spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private static Value real(String name) {
    return new Value(name, Optional.of(ElementType.FLOAT), Optional.empty());
  }

  private static Node node(Op op, String output, String... inputs) {
    return new Node(output, op, List.of(inputs), List.of(output));
  }

  /** What PyTorch's fake_quantize does, as ONNX writes it; fake_quantize.py made the numbers. */
  private static Graph graph(JsonNode of) {
    double[] scales = numbers(of, "scales");
    boolean one = scales.length == 1;
    double least = of.get("least").asDouble();
    ElementType type = least < 0 ? ElementType.INT8 : ElementType.UINT8;
    long[] dims = one ? new long[0] : new long[] {scales.length};
    int axis = of.get("axis").asInt();
    return new Graph.Builder("g")
        .opset("", 13)
        .input(real("x"))
        .initializer("scale", Tensor.ofFloats(floats(scales), dims))
        .initializer("zero", Tensor.ofDoubles(type, numbers(of, "zeros"), dims))
        .initializer("least", Tensor.ofDoubles(type, new double[] {least}))
        .initializer("most", Tensor.ofDoubles(type, new double[] {of.get("most").asDouble()}))
        .node(node(new Op.QuantizeLinear(axis, Optional.empty()), "q", "x", "scale", "zero"))
        .node(
            node(
                new Op.Clip(OptionalDouble.empty(), OptionalDouble.empty()),
                "c",
                "q",
                "least",
                "most"))
        .node(node(new Op.DequantizeLinear(axis, Optional.empty()), "y", "c", "scale", "zero"))
        .output(real("y"))
        .build();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void values_and_gradients_are_those_of_fake_quantize_in_pytorch(JsonNode of) {
    long[] dims = Arrays.stream(numbers(of, "dims")).mapToLong(d -> (long) d).toArray();
    try (GraphBlock block = GraphBlock.of(graph(of), GraphBlockOptions.DEFAULT);
        NDManager manager = NDManager.newBaseManager()) {
      NDArray x = manager.create(floats(numbers(of, "x")), new Shape(dims));
      x.setRequiresGradient(true);
      NDArray upstream = manager.create(floats(numbers(of, "upstream")), new Shape(dims));
      NDArray y;
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        y = block.forward(new NDList(x), true).head();
        collector.backward(y.mul(upstream).sum());
      }
      assertThat(Oracles.doubles(y)).containsExactly(numbers(of, "y"));
      assertThat(Oracles.doubles(x.getGradient())).containsExactly(numbers(of, "gradient"));
    }
  }

  /** A 1x1 convolution as a conversion to int8 writes it, with latent weights. */
  private static Graph layer(Tensor weight, Tensor bias) {
    float[] sums = new float[OUT];
    for (int i = 0; i < OUT; i++) {
      sums[i] = (float) (STEP * STEPS[i]);
    }
    Op quantize = new Op.QuantizeLinear(0, Optional.empty());
    Op back = new Op.DequantizeLinear(0, Optional.empty());
    Window window = Window.of(List.of(1, 1), List.of(), List.of(0, 0, 0, 0));
    return new Graph.Builder("g")
        .opset("", 13)
        .input(real("x"))
        .initializer("x_scale", Tensor.ofFloats(new float[] {(float) STEP}))
        .initializer("x_zero", Tensor.ofDoubles(ElementType.UINT8, new double[] {ZERO}))
        .initializer("weight", weight)
        .initializer("w_scale", Tensor.ofFloats(floats(STEPS), OUT))
        .initializer("w_zero", Tensor.ofDoubles(ElementType.INT8, new double[OUT], OUT))
        .initializer("least", Tensor.ofDoubles(ElementType.INT8, new double[] {-63}))
        .initializer("most", Tensor.ofDoubles(ElementType.INT8, new double[] {63}))
        .initializer("bias", bias)
        .initializer("b_scale", Tensor.ofFloats(sums, OUT))
        .node(node(quantize, "xq", "x", "x_scale", "x_zero"))
        .node(node(back, "xd", "xq", "x_scale", "x_zero"))
        .node(node(quantize, "wr", "weight", "w_scale", "w_zero"))
        .node(
            node(
                new Op.Clip(OptionalDouble.empty(), OptionalDouble.empty()),
                "wq",
                "wr",
                "least",
                "most"))
        .node(node(back, "wd", "wq", "w_scale", "w_zero"))
        .node(node(new Op.Binary(Op.Binary.Function.DIV), "bs", "bias", "b_scale"))
        .node(node(new Op.Opaque("", "Round", Map.of(), List.of()), "br", "bs"))
        .node(node(new Op.Cast(ElementType.INT32), "bq", "br"))
        .node(node(back, "bd", "bq", "b_scale"))
        .node(node(new Op.Conv(window, 1), "y", "xd", "wd", "bd"))
        .output(real("y"))
        .build();
  }

  private static Graph layer() {
    return layer(
        Tensor.ofFloats(Oracles.random(5, OUT, CHANNELS, 1, 1), OUT, CHANNELS, 1, 1),
        Tensor.ofFloats(Oracles.random(6, OUT), OUT));
  }

  @Test
  void the_forward_pass_is_that_of_onnx_runtime() {
    List<long[]> shapes = List.of(new long[] {2, CHANNELS, 1, PIXELS});
    List<double[]> block = Oracles.block(layer(), shapes);

    Oracles.assertClose("ONNX Runtime", block, Oracles.onnxRuntime(layer(), shapes), 1e-5);
    Oracles.assertClose("interpreter", block, Oracles.interpreter(layer(), shapes), 1e-5);
  }

  @Test
  void only_the_latent_tensors_learn() {
    try (GraphBlock block = GraphBlock.of(layer(), GraphBlockOptions.DEFAULT)) {
      Map<String, Parameter.Type> types = new LinkedHashMap<>();
      block.trainable().forEach(p -> types.put(p.getName(), p.getType()));

      assertThat(types)
          .containsExactlyInAnyOrderEntriesOf(
              Map.of("weight", Parameter.Type.WEIGHT, "bias", Parameter.Type.BIAS));
    }
  }

  @Test
  void gradients_are_those_of_the_rule_in_double() {
    Graph graph = layer();
    float[] x = Oracles.random(1, 1, CHANNELS, 1, PIXELS);
    x[0] = 30; // beyond 255 steps
    x[1] = -20;
    double[] weight = graph.initializers().get("weight").toDoubles();
    double[] upstream = new double[OUT * PIXELS];
    Arrays.setAll(upstream, i -> 1 - 0.25 * i);
    double[] ofX = new double[x.length];
    double[] ofWeight = new double[weight.length];
    double[] ofBias = new double[OUT];
    List<Integer> saturated = new ArrayList<>();
    for (int o = 0; o < OUT; o++) {
      for (int p = 0; p < PIXELS; p++) {
        double slope = upstream[o * PIXELS + p];
        ofBias[o] += slope;
        for (int c = 0; c < CHANNELS; c++) {
          double xq = Math.rint(x[c * PIXELS + p] / STEP) + ZERO;
          double wq = Math.rint(weight[o * CHANNELS + c] / STEPS[o]);
          double wd = Math.max(-63, Math.min(63, wq)) * STEPS[o];
          if (xq >= 0 && xq <= 255) {
            ofX[c * PIXELS + p] += slope * wd;
          }
          if (wq >= -63 && wq <= 63) {
            double xd = (Math.max(0, Math.min(255, xq)) - ZERO) * STEP;
            ofWeight[o * CHANNELS + c] += slope * xd;
          } else {
            saturated.add(o * CHANNELS + c);
          }
        }
      }
    }
    assertThat(saturated.stream().distinct().count()).isBetween(1L, (long) weight.length - 1);

    try (GraphBlock block = GraphBlock.of(graph, GraphBlockOptions.DEFAULT);
        NDManager manager = NDManager.newBaseManager()) {
      NDArray images = manager.create(x, new Shape(1, CHANNELS, 1, PIXELS));
      images.setRequiresGradient(true);
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        NDArray y = block.forward(new NDList(images), true).head();
        NDArray slopes = manager.create(floats(upstream), y.getShape());
        collector.backward(y.mul(slopes).sum());
      }
      assertSame(images.getGradient(), ofX);
      assertSame(block.parameter("weight").getArray().getGradient(), ofWeight);
      assertSame(block.parameter("bias").getArray().getGradient(), ofBias);
    }
  }

  private static void assertSame(NDArray found, double[] expected) {
    assertThat(Oracles.doubles(found)).usingComparatorWithPrecision(1e-5).containsExactly(expected);
  }

  @Test
  void scales_must_fit_to_their_axis() {
    Graph graph = layer();
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    initializers.put("w_scale", Tensor.ofFloats(new float[] {1, 1, 1}, 3));
    initializers.put("w_zero", Tensor.ofDoubles(ElementType.INT8, new double[3], 3));
    Graph broken = graph.toBuilder().replaceInitializers(initializers).build();

    assertThatThrownBy(() -> Oracles.block(broken, List.of(new long[] {1, CHANNELS, 1, PIXELS})))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessageContaining("QuantizeLinear 'wr'")
        .hasMessageContaining("3 scales or zero points do not fit to axis 0 of [4, 3, 1, 1]");
  }
}
