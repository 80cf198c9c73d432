package io.repfold.engines;

import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Layers;
import io.repfold.onnx.OnnxModel;
import io.repfold.runtime.HostTensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * {@code y = Relu(Conv(x, w, b))} and {@code label = ArgMax(y)} for images of 2 channels and any
 * batch, height and width, with the answer worked out in plain Java. All numbers are small
 * integers, so every backend must give the same, whatever the order of summation, and with TF32.
 */
final class ContractModel {
  static final String NAME = "contract.onnx";
  static final int INPUTS = 2;
  static final int OUTPUTS = 3;

  private static final int KERNEL = 3;
  private static final int[] BIAS = {1, -2, 3};

  private ContractModel() {}

  /** For images of any size. */
  static byte[] bytes() {
    return bytes(new Dim.Symbol("N"), new Dim.Symbol("H"), new Dim.Symbol("W"));
  }

  static byte[] bytes(long batch, long height, long width) {
    return bytes(Dim.of(batch), Dim.of(height), Dim.of(width));
  }

  private static byte[] bytes(Dim batch, Dim height, Dim width) {
    Graph graph =
        new Graph.Builder("contract")
            .input(value("x", ElementType.FLOAT, batch, Dim.of(INPUTS), height, width))
            .initializer("w", Tensor.ofFloats(weights(), OUTPUTS, INPUTS, KERNEL, KERNEL))
            .initializer("b", Tensor.ofFloats(new float[] {BIAS[0], BIAS[1], BIAS[2]}, OUTPUTS))
            .node(Layers.PADDED_CONV, List.of("x", "w", "b"), "c")
            .node(Layers.RELU, List.of("c"), "y")
            .node(new Op.ArgMax(1, true, false), List.of("y"), "label")
            .output(value("y", ElementType.FLOAT, batch, Dim.of(OUTPUTS), height, width))
            .output(value("label", ElementType.INT64, batch, Dim.of(1), height, width))
            .build();
    return OnnxModel.of(graph).withMetadata("contract", "kept").toBytes();
  }

  /** {@code y = Relu(x)}, and {@code x} itself as a second output, for two numbers. */
  static byte[] passingThrough() {
    Graph graph =
        new Graph.Builder("through")
            .input(Value.float32("x", 2))
            .node(Layers.RELU, List.of("x"), "y")
            .output(Value.float32("y", 2))
            .output(Value.float32("x", 2))
            .build();
    return OnnxModel.of(graph).toBytes();
  }

  /** A node that no backend knows. */
  static byte[] unknownOp() {
    Value x = Value.float32("x", 2);
    Graph graph =
        new Graph.Builder("unknown")
            .input(x)
            .node(new Op.Opaque("", "Frobnicate", Map.of(), List.of()), List.of("x"), "y")
            .output(Value.float32("y", 2))
            .build();
    return OnnxModel.of(graph).toBytes();
  }

  private static Value value(String name, ElementType type, Dim... dims) {
    return Value.of(name, type, new Shape(Arrays.asList(dims)));
  }

  private static float[] weights() {
    float[] weights = new float[OUTPUTS * INPUTS * KERNEL * KERNEL];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (i * 7) % 11 - 5;
    }
    return weights;
  }

  static float[] pixels(long seed, int batch, int height, int width) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] pixels = new float[batch * INPUTS * height * width];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = random.nextInt(-9, 10);
    }
    return pixels;
  }

  static Map<String, HostTensor> image(long seed, int batch, int height, int width) {
    return Map.of(
        "x", HostTensor.ofFloats(pixels(seed, batch, height, width), batch, INPUTS, height, width));
  }

  /** What {@code y} holds for an image. */
  static float[] expected(HostTensor x) {
    int batch = (int) x.shape()[0];
    int height = (int) x.shape()[2];
    int width = (int) x.shape()[3];
    float[] y = new float[batch * OUTPUTS * height * width];
    int at = 0;
    for (int n = 0; n < batch; n++) {
      for (int o = 0; o < OUTPUTS; o++) {
        for (int row = 0; row < height; row++) {
          for (int column = 0; column < width; column++) {
            y[at++] = (float) Math.max(0, BIAS[o] + sum(x, n, o, row, column));
          }
        }
      }
    }
    return y;
  }

  private static double sum(HostTensor x, int n, int o, int row, int column) {
    int height = (int) x.shape()[2];
    int width = (int) x.shape()[3];
    float[] weights = weights();
    double sum = 0;
    for (int c = 0; c < INPUTS; c++) {
      for (int i = 0; i < KERNEL; i++) {
        for (int j = 0; j < KERNEL; j++) {
          int top = row + i - 1;
          int left = column + j - 1;
          if (top >= 0 && top < height && left >= 0 && left < width) {
            double pixel = x.get(((n * INPUTS + c) * height + top) * width + left);
            sum += weights[((o * INPUTS + c) * KERNEL + i) * KERNEL + j] * pixel;
          }
        }
      }
    }
    return sum;
  }

  /** What {@code label} holds: the first of the largest channels. */
  static double[] labels(float[] y, int batch, int pixels) {
    double[] labels = new double[batch * pixels];
    for (int n = 0; n < batch; n++) {
      for (int p = 0; p < pixels; p++) {
        int best = 0;
        for (int o = 1; o < OUTPUTS; o++) {
          int base = n * OUTPUTS * pixels + p;
          best = y[base + o * pixels] > y[base + best * pixels] ? o : best;
        }
        labels[n * pixels + p] = best;
      }
    }
    return labels;
  }
}
