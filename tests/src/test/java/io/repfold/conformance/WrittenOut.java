package io.repfold.conformance;

import io.repfold.blocks.RepBlocks;
import io.repfold.blocks.RepKind;
import io.repfold.blocks.RepSpec;
import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import io.repfold.graph.Op.Binary;
import io.repfold.graph.Op.Unary;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/**
 * Activations, normalizations and attention as exporters of opset 17 write them out, between what
 * folds: runtimes know each by its parts, and no longer know one whose parts were moved.
 */
final class WrittenOut {
  private static final int CHANNELS = 8;

  private final SplittableRandom random = new SplittableRandom(5);
  private final GraphBuilder b = new GraphBuilder("net", WeightSource.random(9));

  private WrittenOut() {}

  /** A function of one value that keeps its shape. */
  private interface Part {
    String of(WrittenOut net, String x);
  }

  /** A network around such a part. */
  private interface Frame {
    void around(WrittenOut net, Part part);
  }

  private static Map<String, Part> activations() {
    Map<String, Part> parts = new LinkedHashMap<>();
    parts.put("GELU", (n, x) -> n.times(n.product(x, n.onePlusErf(x)), 0.5));
    parts.put("GELU with the half first", (n, x) -> n.product(n.times(x, 0.5), n.onePlusErf(x)));
    parts.put("GELU by tanh", WrittenOut::geluByTanh);
    parts.put(
        "QuickGELU", (n, x) -> n.product(x, n.unary(Unary.Function.SIGMOID, n.times(x, 1.702))));
    parts.put("SiLU", (n, x) -> n.product(x, n.unary(Unary.Function.SIGMOID, x)));
    parts.put("HardSwish", (n, x) -> n.over(n.product(x, n.clippedPlus3(x)), 6));
    parts.put("HardSwish of HardSigmoid", (n, x) -> n.product(x, n.over(n.clippedPlus3(x), 6)));
    parts.put("HardSigmoid", (n, x) -> n.over(n.clippedPlus3(x), 6));
    parts.put(
        "Mish",
        (n, x) -> n.product(x, n.unary(Unary.Function.TANH, n.unary(Unary.Function.SOFTPLUS, x))));
    parts.put("ReLU", (n, x) -> n.unary(Unary.Function.RELU, x));
    return parts;
  }

  private static Map<String, Frame> imageFrames() {
    Map<String, Frame> frames = new LinkedHashMap<>();
    frames.put("between convolutions", (n, part) -> n.end(n.conv(part.of(n, n.conv(n.image())))));
    frames.put(
        "between normalizations",
        (n, part) -> n.end(n.conv(n.b.batchNorm(part.of(n, n.b.batchNorm(n.conv(n.image())))))));
    frames.put(
        "between scales",
        (n, part) -> n.end(n.conv(n.times(part.of(n, n.times(n.conv(n.image()), 1.5)), 0.7))));
    frames.put(
        "behind a Rep block", (n, part) -> n.end(n.conv(part.of(n, n.block(n.conv(n.image()))))));
    frames.put(
        "in a residual branch",
        (n, part) -> {
          String x = n.conv(n.image());
          n.end(n.b.add(List.of(x, n.conv(part.of(n, n.b.batchNorm(n.conv(x)))))));
        });
    frames.put("at the end", (n, part) -> n.end(part.of(n, n.b.batchNorm(n.conv(n.image())))));
    return frames;
  }

  private static Map<String, Frame> tokenFrames() {
    Map<String, Frame> frames = new LinkedHashMap<>();
    frames.put(
        "between linear layers", (n, part) -> n.end(n.linear(part.of(n, n.linear(n.tokens())))));
    frames.put(
        "between scaled linear layers",
        (n, part) -> n.end(n.linear(n.times(part.of(n, n.times(n.linear(n.tokens()), 1.5)), 0.7))));
    frames.put(
        "behind a normalization of tokens",
        (n, part) -> n.end(n.linear(part.of(n, n.normOfTokens(n.product(n.tokens()))))));
    frames.put(
        "in a residual branch of tokens",
        (n, part) -> {
          String x = n.linear(n.tokens());
          n.end(n.b.add(List.of(x, n.linear(part.of(n, n.linear(x))))));
        });
    return frames;
  }

  private static Map<String, Part> ofTokens() {
    Map<String, Part> parts = activations();
    parts.put("LayerNormalization", WrittenOut::layerNorm);
    parts.put("attention", WrittenOut::attention);
    return parts;
  }

  /** All of them, by name. */
  static Map<String, Graph> networks() {
    Map<String, Graph> networks = new LinkedHashMap<>();
    add(networks, imageFrames(), activations());
    add(networks, tokenFrames(), ofTokens());
    return networks;
  }

  private static void add(
      Map<String, Graph> networks, Map<String, Frame> frames, Map<String, Part> parts) {
    frames.forEach(
        (where, frame) ->
            parts.forEach(
                (what, part) -> {
                  WrittenOut net = new WrittenOut();
                  frame.around(net, part);
                  networks.put("%s %s".formatted(what, where), net.b.build());
                }));
  }

  private String image() {
    return b.input("x", 1, 3, 12, 10);
  }

  private String tokens() {
    return b.input("x", 1, 6, CHANNELS);
  }

  private void end(String x) {
    b.output(x);
  }

  private String conv(String x) {
    return b.biasedConv(x, CHANNELS, Kernel.of(3), 1);
  }

  private String block(String x) {
    return RepBlocks.append(b, x, RepSpec.of(RepKind.REPVGG, CHANNELS, Kernel.of(3)));
  }

  private String linear(String x) {
    String weight = b.initializer("weight", Tensors.random(random, 1, CHANNELS, CHANNELS));
    String bias = b.initializer("bias", Tensors.random(random, 1, CHANNELS));
    return binary(
        Binary.Function.ADD, b.op("matmul", new Op.MatMul(), List.of(x, weight), 0), bias);
  }

  /** Without a bias, as before a normalization. */
  private String product(String x) {
    String weight = b.initializer("weight", Tensors.random(random, 1, CHANNELS, CHANNELS));
    return b.op("matmul", new Op.MatMul(), List.of(x, weight), CHANNELS);
  }

  private String normOfTokens(String x) {
    String rows = reshaped(x, -1, CHANNELS);
    return reshaped(b.batchNorm(rows), 1, -1, CHANNELS);
  }

  private String reshaped(String x, long... dims) {
    String shape = b.initializer("shape", Tensors.longs(dims));
    return b.op("reshape", new Op.Reshape(false), List.of(x, shape), CHANNELS);
  }

  private String number(double value) {
    return b.constant(Tensors.scalar((float) value));
  }

  private String binary(Binary.Function function, String first, String second) {
    return b.op(function.type(), new Op.Binary(function), List.of(first, second), CHANNELS);
  }

  private String unary(Unary.Function function, String x) {
    return b.op(function.type(), new Op.Unary(function), List.of(x), CHANNELS);
  }

  private String product(String first, String second) {
    return binary(Binary.Function.MUL, first, second);
  }

  private String times(String x, double factor) {
    return binary(Binary.Function.MUL, x, number(factor));
  }

  private String over(String x, double divisor) {
    return binary(Binary.Function.DIV, x, number(divisor));
  }

  private String plus(String x, double summand) {
    return binary(Binary.Function.ADD, x, number(summand));
  }

  private String onePlusErf(String x) {
    return plus(unary(Unary.Function.ERF, over(x, Math.sqrt(2))), 1);
  }

  private String geluByTanh(String x) {
    String cube = binary(Binary.Function.POW, x, number(3));
    String inner = binary(Binary.Function.ADD, x, times(cube, 0.044715));
    String tanh = unary(Unary.Function.TANH, times(inner, Math.sqrt(2 / Math.PI)));
    return product(times(x, 0.5), plus(tanh, 1));
  }

  private String clippedPlus3(String x) {
    Op clip = new Op.Clip(OptionalDouble.empty(), OptionalDouble.empty());
    return b.op("clip", clip, List.of(plus(x, 3), number(0), number(6)), CHANNELS);
  }

  private String mean(String x) {
    Op mean = new Op.Reduce(Op.Reduce.Function.MEAN, Optional.of(List.of(-1)), true, false);
    return b.op("mean", mean, List.of(x), 0);
  }

  private String layerNorm(String x) {
    String centered = binary(Binary.Function.SUB, x, mean(x));
    String variance = mean(binary(Binary.Function.POW, centered, number(2)));
    String deviation = unary(Unary.Function.SQRT, plus(variance, 1e-5));
    String normal = binary(Binary.Function.DIV, centered, deviation);
    String gamma = b.initializer("gamma", Tensors.random(random, 1, CHANNELS));
    String beta = b.initializer("beta", Tensors.random(random, 1, CHANNELS));
    return binary(Binary.Function.ADD, product(normal, gamma), beta);
  }

  private String attention(String x) {
    Op transpose = new Op.Transpose(List.of(0, 2, 1));
    String keys = b.op("transpose", transpose, List.of(linear(x)), 0);
    String scores = b.op("matmul", new Op.MatMul(), List.of(linear(x), keys), 0);
    String weights =
        b.op("softmax", new Op.Softmax(-1, false), List.of(over(scores, Math.sqrt(CHANNELS))), 0);
    return b.op("matmul", new Op.MatMul(), List.of(weights, linear(x)), 0);
  }
}
