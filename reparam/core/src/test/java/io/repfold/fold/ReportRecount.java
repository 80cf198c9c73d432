package io.repfold.fold;

import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.Window;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Counts what a fold did by looking at nothing but the graph before and the graph after. */
final class ReportRecount {
  private static final int LONG_AXIS = 1200;

  private final Graph before;
  private final Graph after;
  private final Map<String, Value> sizes;

  ReportRecount(Graph before, Graph after) {
    this.before = before;
    this.after = after;
    this.sizes = ShapeInference.infer(enlarged(before));
  }

  /** With images so large that borders do not matter. */
  private static Graph enlarged(Graph graph) {
    List<Value> inputs =
        graph.inputs().stream()
            .map(v -> Value.of(v.name(), v.type().orElseThrow(), enlarged(v.shape().orElseThrow())))
            .toList();
    return graph.toBuilder().replaceInputs(inputs).build();
  }

  private static Shape enlarged(Shape shape) {
    long[] dims = new long[shape.rank()];
    Arrays.setAll(dims, i -> i < 2 ? ((Dim.Known) shape.dim(i)).size() : LONG_AXIS);
    return Shape.of(dims);
  }

  /** The values that both graphs have and compute differently, in the order of the graph before. */
  List<String> targets() {
    return before.nodes().stream()
        .filter(n -> after.producer(n.output()).filter(m -> !m.equals(n)).isPresent())
        .map(Node::output)
        .toList();
  }

  /** The nodes before that only the target needed, and the target's own. */
  List<Node> held(String target) {
    return reached(before, target, value -> after.producer(value).isEmpty());
  }

  /** The new nodes that compute the target. */
  List<Node> became(String target) {
    return reached(after, target, value -> before.producer(value).isEmpty());
  }

  private static List<Node> reached(
      Graph graph, String target, java.util.function.Predicate<String> inside) {
    Set<String> values = new HashSet<>(Set.of(target));
    Deque<String> open = new ArrayDeque<>(values);
    while (!open.isEmpty()) {
      for (String input : graph.producer(open.pop()).orElseThrow().inputs()) {
        if (graph.producer(input).isPresent() && inside.test(input) && values.add(input)) {
          open.push(input);
        }
      }
    }
    return graph.nodes().stream().filter(n -> values.contains(n.output())).toList();
  }

  /** Values that are computed elsewhere and read by the new nodes of a target. */
  List<String> sources(String target) {
    List<Node> nodes = became(target);
    Set<String> made = new HashSet<>();
    nodes.forEach(n -> made.addAll(n.outputs()));
    return nodes.stream()
        .flatMap(n -> n.inputs().stream())
        .filter(i -> after.constant(i).isEmpty() && !made.contains(i))
        .distinct()
        .toList();
  }

  double multiplyAddsBefore(String target) {
    double sum = 0;
    for (Node node : held(target)) {
      sum += positions(node.output(), target) * multiplyAdds(before, node);
    }
    return sum;
  }

  double multiplyAddsAfter(String target) {
    return became(target).stream().mapToDouble(node -> multiplyAdds(after, node)).sum();
  }

  /** How many positions of a value there are for one of the target, the borders aside. */
  private double positions(String value, String target) {
    double ratio = 1;
    for (int axis = 2; axis < shape(value).rank(); axis++) {
      double exact = (double) size(value, axis) / size(target, axis);
      ratio *= exact >= 1 ? Math.rint(exact) : 1 / Math.rint(1 / exact);
    }
    return ratio;
  }

  private Shape shape(String value) {
    return sizes.get(value).shape().orElseThrow();
  }

  private long size(String value, int axis) {
    return ((Dim.Known) shape(value).dim(axis)).size();
  }

  private double multiplyAdds(Graph graph, Node node) {
    if (node.op() instanceof Op.Conv conv) {
      return convolution(graph.constant(node.input(1)).orElseThrow(), conv);
    }
    if (node.op() instanceof Op.ConvTranspose transposed) {
      return transposed(graph.constant(node.input(1)).orElseThrow(), transposed);
    }
    if (node.op() instanceof Op.Pad || node.op() instanceof Op.Constant) {
      return 0;
    }
    long channels =
        size(before.producer(node.output()).isPresent() ? node.output() : target(node), 1);
    if (node.op() instanceof Op.AveragePool pool) {
      int taps = pool.kernel().stream().reduce(1, (a, b) -> a * b);
      // An average of one element is that element.
      return taps == 1 ? 0 : (double) channels * taps;
    }
    if (node.op() instanceof Op.Variadic) {
      return (double) channels * (node.inputs().size() - 1);
    }
    if (node.op() instanceof Op.BatchNormalization || node.op() instanceof Op.Binary) {
      return channels;
    }
    throw new AssertionError("What does " + node.describe() + " cost?");
  }

  /** The old value that a new node helps to compute. */
  private String target(Node node) {
    String value = node.output();
    while (before.producer(value).isEmpty()) {
      value = after.readers(value).get(0).output();
    }
    return value;
  }

  /** One position: each output channel meets each tap of each input channel of its group. */
  private static double convolution(Tensor weight, Op.Conv conv) {
    long out = weight.dim(0);
    long in = weight.dim(1) * conv.groups();
    long met = 0;
    for (long o = 0; o < out; o++) {
      for (long i = 0; i < in; i++) {
        boolean sameGroup = o * conv.groups() / out == i * conv.groups() / in;
        met += sameGroup ? taps(weight).size() : 0;
      }
    }
    return met;
  }

  /** The mean over as many neighboring positions as the stride has, far from the border. */
  private static double transposed(Tensor weight, Op.ConvTranspose op) {
    double positions = 1;
    double taps = 1;
    for (int axis = 0; axis < weight.rank() - 2; axis++) {
      positions *= op.window().stride(axis);
      taps *= tapsAlong(axis, weight, op.window());
    }
    double pairs = 0;
    for (int i = 0; i < weight.dim(0); i++) {
      for (int o = 0; o < weight.dim(1); o++) {
        pairs += taps;
      }
    }
    return pairs / positions;
  }

  /** How often {@code stride} neighboring positions of one axis are written to, all together. */
  private static int tapsAlong(int axis, Tensor weight, Window window) {
    int stride = window.stride(axis);
    int far = 100 * stride;
    int written = 0;
    for (int p = 0; p < 200; p++) {
      for (int k = 0; k < weight.dim(axis + 2); k++) {
        int to = stride * p + window.dilation(axis) * k;
        written += to >= far && to < far + stride ? 1 : 0;
      }
    }
    return written;
  }

  /** The places of a kernel, row-major. */
  static List<List<Integer>> taps(Tensor weight) {
    List<List<Integer>> taps = List.of(List.of());
    for (int axis = 2; axis < weight.rank(); axis++) {
      int size = (int) weight.dim(axis);
      taps =
          taps.stream()
              .flatMap(
                  t ->
                      IntStream.range(0, size)
                          .mapToObj(k -> Stream.concat(t.stream(), Stream.of(k)).toList()))
              .toList();
    }
    return taps;
  }

  long parametersBefore(String target) {
    return parameters(before, held(target));
  }

  long parametersAfter(String target) {
    return parameters(after, became(target));
  }

  private static long parameters(Graph graph, List<Node> nodes) {
    Map<String, Tensor> constants = new HashMap<>();
    for (Node node : nodes) {
      for (String input : node.inputs()) {
        graph.constant(input).ifPresent(tensor -> constants.put(input, tensor));
      }
    }
    return constants.values().stream()
        .filter(tensor -> tensor.type().isFloat())
        .mapToLong(Tensor::size)
        .sum();
  }

  /** The weights of the new convolutions of a target, with the nodes that read them. */
  Map<Node, Tensor> weights(String target) {
    Map<Node, Tensor> weights = new HashMap<>();
    for (Node node : became(target)) {
      if (node.op() instanceof Op.Conv || node.op() instanceof Op.ConvTranspose) {
        weights.put(node, after.constant(node.input(1)).orElseThrow());
      }
    }
    return weights;
  }

  static FoldReport.Totals totals(Graph graph) {
    List<Tensor> constants = new ArrayList<>(graph.initializers().values());
    graph.nodes().stream()
        .filter(n -> n.op() instanceof Op.Constant)
        .forEach(n -> constants.add(((Op.Constant) n.op()).value()));
    long parameters =
        constants.stream()
            .filter(t -> t.type().isFloat())
            .mapToLong(t -> t.toDoubles().length)
            .sum();
    return new FoldReport.Totals(
        (int) graph.nodes().stream().filter(n -> !n.op().type().equals("Constant")).count(),
        count(graph, "Conv"),
        count(graph, "BatchNormalization"),
        count(graph, "Add") + count(graph, "Sum"),
        parameters);
  }

  private static int count(Graph graph, String type) {
    return (int) graph.nodes().stream().filter(n -> n.op().type().equals(type)).count();
  }
}
