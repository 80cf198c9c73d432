package io.repfold.kit;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Graphs that narrow numbers are hard on. */
public final class HalfGraphs {
  private HalfGraphs() {}

  /**
   * A 1x1 convolution, an op that is not modeled, a normalization of which the variance is tiny and
   * the mean large, and a classifier of two channels, for inputs {@code x} of {@code [1, 2, 6, 5]}.
   * The normalization gives numbers from 65200 on.
   *
   * @param mean of the normalization; above -144 nothing overflows in float16
   */
  public static Graph planted(float mean) {
    return new Graph.Builder("planted")
        .input(Value.float32("x", 1, 2, 6, 5))
        .initializer("w", floats(new float[] {0.5f, -0.25f, 0.75f, 0.5f}, 2, 2, 1, 1))
        .node(Layers.CONV, List.of("x", "w"), "c")
        .node(new Op.Opaque("", "Sin", Map.of(), List.of()), List.of("c"), "sin")
        .initializer("w2", floats(new float[] {1, 0.5f, -0.5f, 1}, 2, 2, 1, 1))
        .node(Layers.CONV, List.of("sin", "w2"), "d")
        .initializer("gamma", floats(new float[] {1.5f, 1.5f}, 2))
        .initializer("beta", floats(new float[] {0, 0}, 2))
        .initializer("mean", floats(new float[] {mean, mean}, 2))
        .initializer("variance", floats(new float[] {1e-6f, 1e-6f}, 2))
        .node(Layers.NORM, List.of("d", "gamma", "beta", "mean", "variance"), "n")
        .node(Layers.RELU, List.of("n"), "r")
        .initializer("small", floats(new float[] {1e-3f, 0, 0, 1e-3f}, 2, 2, 1, 1))
        .initializer("offset", floats(new float[] {0.5f, 0}, 2))
        .node(Layers.CONV, List.of("r", "small", "offset"), "y")
        .output(Value.float32("y", 1, 2, 6, 5))
        .build();
  }

  /** Two channels that differ by less than float16 can tell, for inputs of {@code [1, 1, 4, 4]}. */
  public static Graph close() {
    return new Graph.Builder("close")
        .input(Value.float32("x", 1, 1, 4, 4))
        .initializer("w", floats(new float[] {1, 1.00001f}, 2, 1, 1, 1))
        .node(Layers.CONV, List.of("x", "w"), "y")
        .output(Value.float32("y", 1, 2, 4, 4))
        .build();
  }

  /**
   * {@code y = 100 relu(x)} for inputs of {@code [1, 2, 6, 5]}, by way of numbers a million times
   * as large: float16 ends at 65504.
   */
  public static Graph overflowing() {
    Graph.Builder graph = new Graph.Builder("overflowing").input(Value.float32("x", 1, 2, 6, 5));
    float[] factors = {1e3f, 1e3f, 1e-4f};
    String value = "x";
    for (int i = 0; i < factors.length; i++) {
      float factor = factors[i];
      String next = i == factors.length - 1 ? "y" : "r" + i;
      graph
          .initializer("w" + i, floats(new float[] {factor, 0, 0, factor}, 2, 2, 1, 1))
          .node(Layers.CONV, List.of(value, "w" + i), "c" + i)
          .node(Layers.RELU, List.of("c" + i), next);
      value = next;
    }
    return graph.output(Value.float32("y", 1, 2, 6, 5)).build();
  }

  /** {@code y = log(x)}, for inputs of {@code [1, 4]}. */
  public static Graph logarithm() {
    return new Graph.Builder("logarithm")
        .input(Value.float32("x", 1, 4))
        .node(new Op.Unary(Op.Unary.Function.LOG), List.of("x"), "log")
        .node(new Op.Cast(ElementType.INT64), List.of("log"), "whole")
        .node(new Op.Cast(ElementType.FLOAT), List.of("whole"), "y")
        .output(Values.float32("y"))
        .build();
  }

  /**
   * Attention of one head that sees no later position: a mask of negative infinities, for inputs of
   * {@code [1, 4, 6]}.
   */
  public static Graph attention() {
    float[] query = new float[36];
    float[] key = new float[36];
    Random random = new Random(5);
    for (int i = 0; i < query.length; i++) {
      query[i] = random.nextFloat() - 0.5f;
      key[i] = random.nextFloat() - 0.5f;
    }
    byte[] seen = {1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 1};
    return new Graph.Builder("attention")
        .input(Value.float32("x", 1, 4, 6))
        .initializer("wq", floats(query, 6, 6))
        .initializer("wk", floats(key, 6, 6))
        .initializer("seen", Tensor.of(ElementType.BOOL, ByteBuffer.wrap(seen), 4, 4))
        .initializer("never", floats(new float[] {Float.NEGATIVE_INFINITY}))
        .node(new Op.MatMul(), List.of("x", "wq"), "query")
        .node(new Op.MatMul(), List.of("x", "wk"), "key")
        .node(new Op.Transpose(List.of(0, 2, 1)), List.of("key"), "keys")
        .node(new Op.MatMul(), List.of("query", "keys"), "scores")
        .node(new Op.Where(), List.of("seen", "scores", "never"), "masked")
        .node(new Op.Softmax(-1, false), List.of("masked"), "weights")
        .node(new Op.MatMul(), List.of("weights", "x"), "y")
        .output(Value.float32("y", 1, 4, 6))
        .build();
  }

  private static Tensor floats(float[] values, long... dims) {
    return Tensor.ofFloats(values, dims);
  }
}
