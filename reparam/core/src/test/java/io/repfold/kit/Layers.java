package io.repfold.kit;

import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Window;
import java.util.List;

/** Ops of tests, and words that append layers of them to a graph whose values have chosen names. */
public final class Layers {
  public static final Op RELU = new Op.Unary(Op.Unary.Function.RELU);
  public static final Op ADD = new Op.Binary(Op.Binary.Function.ADD);
  public static final Op MUL = new Op.Binary(Op.Binary.Function.MUL);

  /** Without pads: of the image's size for a 1x1 kernel. */
  public static final Op CONV = new Op.Conv(Window.DEFAULT, 1);

  /** With a pixel of padding on all sides: of the image's size for a 3x3 kernel. */
  public static final Op PADDED_CONV =
      new Op.Conv(Window.of(List.of(1, 1), List.of(1, 1), List.of(1, 1, 1, 1)), 1);

  /** In inference mode. */
  public static final Op NORM = new Op.BatchNormalization(1e-5f, 0.9f, false);

  private Layers() {}

  /** Appends {@link #RELU}. */
  public static Graph.Builder relu(Graph.Builder graph, String from, String to) {
    return graph.node(RELU, List.of(from), to);
  }

  /** Appends a convolution without bias; its weight is named {@code <to>.weight}. */
  public static Graph.Builder conv(
      Graph.Builder graph, Op conv, String from, String to, Tensor weight) {
    return graph.initializer(to + ".weight", weight).node(conv, List.of(from, to + ".weight"), to);
  }

  /** Appends a convolution; its parameters are named {@code <to>.weight} and {@code <to>.bias}. */
  public static Graph.Builder conv(
      Graph.Builder graph, Op conv, String from, String to, Tensor weight, Tensor bias) {
    return graph
        .initializer(to + ".weight", weight)
        .initializer(to + ".bias", bias)
        .node(conv, List.of(from, to + ".weight", to + ".bias"), to);
  }

  /**
   * Appends {@link #NORM} of [C]; its parameters are named {@code <to>.gamma}, {@code <to>.beta},
   * {@code <to>.mean} and {@code <to>.variance}.
   */
  public static Graph.Builder norm(
      Graph.Builder graph,
      String from,
      String to,
      Tensor gamma,
      Tensor beta,
      Tensor mean,
      Tensor variance) {
    return graph
        .initializer(to + ".gamma", gamma)
        .initializer(to + ".beta", beta)
        .initializer(to + ".mean", mean)
        .initializer(to + ".variance", variance)
        .node(NORM, List.of(from, to + ".gamma", to + ".beta", to + ".mean", to + ".variance"), to);
  }
}
