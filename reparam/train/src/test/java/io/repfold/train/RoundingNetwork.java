package io.repfold.train;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Kernel;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Shapes;
import io.repfold.onnx.OnnxModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Two convolutions in 8-bit integers, as conversions write them for ONNX Runtime's CPU. */
final class RoundingNetwork {
  private static final int HIDDEN = 8;

  private final SplittableRandom random = new SplittableRandom(11);
  private final Graph.Builder builder = new Graph.Builder("rounding").opset("", 13);
  private final int most;

  private RoundingNetwork(int most) {
    this.most = most;
  }

  /**
   * From {@code image} to {@code logits}.
   *
   * @param most the largest magnitude of a weight, in steps
   */
  static Graph of(int most) {
    return new RoundingNetwork(most).build();
  }

  static OnnxModel model() {
    return OnnxModel.of(of(127));
  }

  private Graph build() {
    builder.input(
        new Value("image", Optional.of(ElementType.FLOAT), Optional.of(Shapes.anyImages(3))));
    String image = round("image", 1f / 128, 100);
    String first = layer("first", image, 1f / 128, 3, HIDDEN);
    builder.node(node(new Op.Unary(Op.Unary.Function.RELU), "hidden", first));
    String hidden = round("hidden", 1f / 64, 0);
    String last = layer("last", hidden, 1f / 64, HIDDEN, TinyRun.CLASSES);
    builder.node(node(new Op.Identity(), "scores", last));
    String logits = round("scores", 1f / 32, 128);
    builder.output(new Value(logits, Optional.of(ElementType.FLOAT), Optional.empty()));
    return builder.build();
  }

  private static Node node(Op op, String output, String... inputs) {
    return new Node(output, op, List.of(inputs), List.of(output));
  }

  private String round(String value, float step, int zero) {
    builder.initializer(value + "_scale", Tensor.ofFloats(new float[] {step}));
    builder.initializer(
        value + "_zero_point", Tensor.ofDoubles(ElementType.UINT8, new double[] {zero}));
    String quantized = value + "_quantized";
    String back = value + "_dequantized";
    builder.node(
        node(
            new Op.QuantizeLinear(1, Optional.empty()),
            quantized,
            value,
            value + "_scale",
            value + "_zero_point"));
    builder.node(
        node(
            new Op.DequantizeLinear(1, Optional.empty()),
            back,
            quantized,
            value + "_scale",
            value + "_zero_point"));
    return back;
  }

  private String layer(String name, String x, float step, int in, int out) {
    float[] steps = new float[out];
    float[] sums = new float[out];
    for (int i = 0; i < out; i++) {
      steps[i] = (float) (0.3 + 0.1 * i) / 127;
      sums[i] = step * steps[i];
    }
    double[] weights = random.ints((long) out * in * 9, -most, most + 1).asDoubleStream().toArray();
    weights[0] = most;
    double[] biases = random.ints(out, -2000, 2000).asDoubleStream().toArray();
    Arrays.setAll(weights, i -> i == 0 ? most : Math.rint(weights[i] * 0.4));
    integers(name + ".weight", Tensor.ofDoubles(ElementType.INT8, weights, out, in, 3, 3), steps);
    integers(name + ".bias", Tensor.ofDoubles(ElementType.INT32, biases, out), sums);
    builder.node(
        node(
            new Op.Conv(Kernel.of(3).window(), 1),
            name,
            x,
            name + ".weight_dequantized",
            name + ".bias_dequantized"));
    return name;
  }

  private void integers(String name, Tensor tensor, float... steps) {
    builder.initializer(name + "_quantized", tensor);
    builder.initializer(name + "_scale", Tensor.ofFloats(steps, steps.length));
    List<String> inputs = new ArrayList<>(List.of(name + "_quantized", name + "_scale"));
    if (tensor.type() == ElementType.INT8) {
      double[] zeros = new double[steps.length];
      builder.initializer(
          name + "_zero_point", Tensor.ofDoubles(ElementType.INT8, zeros, steps.length));
      inputs.add(name + "_zero_point");
    }
    Op back = new Op.DequantizeLinear(0, Optional.empty());
    builder.node(node(back, name + "_dequantized", inputs.toArray(new String[0])));
  }
}
