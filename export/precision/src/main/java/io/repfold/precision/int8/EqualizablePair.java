package io.repfold.precision.int8;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A convolution, and those that alone read it through nothing but functions f with {@code f(s x) =
 * s f(x)} for each channel and positive s.
 *
 * @param value what the readers read
 * @param own the first one's result, if something other than a Relu stands between, so that integer
 *     kernels round it too; empty otherwise
 */
record EqualizablePair(
    QuantizableLayer first, String value, Optional<String> own, List<Reader> readers) {
  private static final Op RELU = new Op.Unary(Op.Unary.Function.RELU);

  static Optional<EqualizablePair> find(Graph graph, Node node) {
    Optional<QuantizableLayer> first = convolution(graph, node);
    if (first.isEmpty() || graph.readers(node.input(1)).size() != 1 || sharesBias(graph, node)) {
      return Optional.empty();
    }
    int channels = Math.toIntExact(first.get().weight().dim(0));
    String value = node.output();
    while (true) {
      List<Node> readers =
          graph.readers(value).stream().filter(r -> !(r.op() instanceof Op.ShapeOf)).toList();
      if (graph.isOutput(value) || readers.isEmpty()) {
        return Optional.empty();
      }
      if (readers.size() > 1 || !isHomogeneous(readers.get(0), value)) {
        return ofReaders(graph, first.get(), value, readers, channels);
      }
      value = readers.get(0).output();
    }
  }

  private static boolean sharesBias(Graph graph, Node node) {
    return !node.input(2).isEmpty() && graph.readers(node.input(2)).size() != 1;
  }

  private static Optional<EqualizablePair> ofReaders(
      Graph graph, QuantizableLayer first, String value, List<Node> nodes, int channels) {
    List<Reader> readers = new ArrayList<>();
    for (Node node : nodes) {
      Optional<QuantizableLayer> layer = convolution(graph, node);
      if (layer.isEmpty()
          || graph.readers(node.input(1)).size() != 1
          || !node.input(0).equals(value)) {
        return Optional.empty();
      }
      Reader reader = new Reader(layer.get(), ((Op.Conv) node.op()).groups());
      if (reader.channels() != channels) {
        return Optional.empty();
      }
      readers.add(reader);
    }
    boolean rounded =
        !value.equals(first.output())
            && graph.readers(first.output()).stream().noneMatch(r -> r.op().equals(RELU));
    Optional<String> own = rounded ? Optional.of(first.output()) : Optional.empty();
    return Optional.of(new EqualizablePair(first, value, own, readers));
  }

  private static Optional<QuantizableLayer> convolution(Graph graph, Node node) {
    return node.op() instanceof Op.Conv
            && QuantizableLayer.find(graph, node, QuantizationTarget.CPU)
                instanceof QuantizableLayer.Finding.Found found
        ? Optional.of(found.layer())
        : Optional.empty();
  }

  /** Ops that add up nothing beyond the channel and keep 0 at 0. */
  private static boolean isHomogeneous(Node node, String value) {
    Op op = node.op();
    boolean keeps =
        op.equals(RELU)
            || op instanceof Op.LeakyRelu
            || op instanceof Op.PRelu
            || op instanceof Op.Identity
            || op instanceof Op.MaxPool
            || op instanceof Op.AveragePool
            || op instanceof Op.GlobalAveragePool;
    return keeps && node.input(0).equals(value) && node.outputs().size() == 1;
  }

  int channels() {
    return Math.toIntExact(first.weight().dim(0));
  }

  /** Whether all readers have a kernel of their own for each channel, whose scale is free. */
  boolean isDepthwise() {
    return readers.stream().allMatch(r -> r.groups() == r.channels());
  }

  /** A convolution that reads the channels. */
  record Reader(QuantizableLayer layer, int groups) {
    int channels() {
      return Math.toIntExact(layer.weight().dim(1)) * groups;
    }

    private int kernel() {
      return Math.toIntExact(
          layer.weight().size() / (layer.weight().dim(0) * layer.weight().dim(1)));
    }

    /** The channel that each kernel of the weight meets, in their order. */
    private int[] channelsOfKernels() {
      int fanIn = Math.toIntExact(layer.weight().dim(1));
      int outs = Math.toIntExact(layer.weight().dim(0));
      int perGroup = outs / groups;
      int[] met = new int[outs * fanIn];
      for (int i = 0; i < met.length; i++) {
        met[i] = i / fanIn / perGroup * fanIn + i % fanIn;
      }
      return met;
    }

    /** The largest magnitude of the weights that meet each channel. */
    double[] largest(double... weight) {
      double[] largest = new double[channels()];
      int[] met = channelsOfKernels();
      int kernel = kernel();
      for (int i = 0; i < weight.length; i++) {
        int channel = met[i / kernel];
        largest[channel] = Math.max(largest[channel], Math.abs(weight[i]));
      }
      return largest;
    }

    void scale(double[] weight, double... factors) {
      int[] met = channelsOfKernels();
      int kernel = kernel();
      for (int i = 0; i < weight.length; i++) {
        weight[i] *= factors[met[i / kernel]];
      }
    }

    /**
     * What rounding a tensor before the input, whose largest magnitude is given, adds to the result
     * at most, in the unit of {@link #noise}.
     */
    double noiseBefore(double[] weight, double largest, double[] factors) {
      int[] met = channelsOfKernels();
      int kernel = kernel();
      double squares = 0;
      for (int i = 0; i < weight.length; i++) {
        double scaled = weight[i] * factors[met[i / kernel]];
        squares += scaled * scaled;
      }
      return largest * largest * squares;
    }

    /**
     * What rounding the input, whose largest magnitude is given, and the weight adds to the result;
     * both in steps of 1/127 of the largest, the factor 1/12 left out.
     */
    double noise(double[] weight, double largest, double[] powers, double[] factors) {
      int outs = Math.toIntExact(layer.weight().dim(0));
      int each = weight.length / outs;
      int[] met = channelsOfKernels();
      int kernel = kernel();
      double noise = 0;
      for (int out = 0; out < outs; out++) {
        double top = 0;
        double squares = 0;
        double power = 0;
        for (int i = out * each; i < (out + 1) * each; i++) {
          int channel = met[i / kernel];
          double scaled = weight[i] * factors[channel];
          top = Math.max(top, Math.abs(scaled));
          squares += scaled * scaled;
          power += powers[channel] / (factors[channel] * factors[channel]);
        }
        noise += largest * largest * squares + top * top * power;
      }
      return noise;
    }
  }
}
