package io.repfold.conformance;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.Window;
import io.repfold.kit.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/**
 * A kind of fault that is planted into a layer which is chosen at random.
 *
 * @param name what is wrong
 * @param planter puts it into a graph; empty if no layer can have it
 */
record Fault(String name, Planter planter) {
  /** Puts a fault into a graph. */
  interface Planter {
    Optional<Planted> in(Graph graph, SplittableRandom random);
  }

  /**
   * A graph with a fault.
   *
   * @param value the first one that is wrong; empty where it is no layer's
   */
  record Planted(Graph graph, String value) {}

  /** One change of a node that was picked. */
  private interface Change {
    Planted of(Graph graph, Node node, SplittableRandom random);
  }

  /** Nodes between a value that is right and the same that is wrong. */
  private interface Behind {
    List<Node> nodes(String right, String wrong, Graph.Builder constants);
  }

  static final List<Fault> ALL =
      List.of(
          conv("one weight is off by 1 % of the largest", (g, n) -> true, Fault::oneWeight),
          conv(
              "all weights of a layer are off by 0.01 %",
              (g, n) -> true, (g, n, r) -> weights(g, n, 1, (i, v) -> 1.0001 * v)),
          conv("one bias is off by 1e-3", (g, n) -> n.inputs().size() > 2, Fault::oneBias),
          new Fault("the epsilon of a BatchNormalization is 1e-3 for 1e-5", Fault::epsilon),
          conv(
              "two channels are exchanged",
              (g, n) -> weight(g, n, 1).dims()[0] > 1,
              Fault::channels),
          conv("a kernel is mirrored", (g, n) -> width(g, n) > 1, Fault::mirrored),
          conv(
              "the padding lies one element off",
              (g, n) -> isPadded(n) && stride(n) == 1,
              Fault::shifted),
          conv(
              "a strided layer starts one element off",
              (g, n) -> isPadded(n) && stride(n) > 1,
              Fault::shifted),
          conv(
              "the dilation is 2 for 1",
              (g, n) -> isPadded(n) && stride(n) == 1 && width(g, n) == 3,
              Fault::dilated),
          conv("the border is repeated, not zero", (g, n) -> isPadded(n), Fault::bordered),
          conv("one corner pixel of one channel is off by 5 %", (g, n) -> true, Fault::corner),
          clipped(4),
          clipped(5),
          clipped(10),
          clipped(60),
          conv(
              "the second item of a batch is off by 1 %",
              (g, n) -> true, (g, n, r) -> beyond(g, n, 0, 1)),
          conv(
              "columns beyond the 65th are off by 1 %",
              (g, n) -> stride(n) == 1, (g, n, r) -> beyond(g, n, 3, 65)),
          new Fault(
              "pixels beyond the 256th are off by 1 %", (g, r) -> Optional.of(beyondInput(g, 256))),
          conv(
              "a strided layer rounds odd sizes down",
              (g, n) -> isPadded(n) && stride(n) == 2 && width(g, n) == 3,
              Fault::roundedDown),
          new Fault("the outputs come in another order", (g, r) -> reordered(g)),
          new Fault("the output has another name", (g, r) -> Optional.of(renamed(g))),
          new Fault("the output has another type", (g, r) -> Optional.of(retyped(g))),
          conv(
              "one weight is NaN",
              (g, n) -> true,
              (g, n, r) -> weights(g, n, 1, (i, v) -> i == 0 ? Double.NaN : v)),
          conv(
              "one weight is infinite",
              (g, n) -> true,
              (g, n, r) -> weights(g, n, 1, (i, v) -> i == 0 ? Double.POSITIVE_INFINITY : v)),
          new Fault("of equal scores the last one wins", (g, r) -> ties(g)));

  private static Fault conv(String name, BiPredicate<Graph, Node> fits, Change change) {
    return new Fault(
        name,
        (graph, random) ->
            pick(
                    graph,
                    random,
                    n -> n.op() instanceof Op.Conv && hasWeight(graph, n) && fits.test(graph, n))
                .map(node -> change.of(graph, node, random)));
  }

  private static Optional<Node> pick(Graph graph, SplittableRandom random, Predicate<Node> fits) {
    List<Node> nodes = graph.nodes().stream().filter(fits).toList();
    return nodes.isEmpty()
        ? Optional.empty()
        : Optional.of(nodes.get(random.nextInt(nodes.size())));
  }

  private static boolean hasWeight(Graph graph, Node conv) {
    return graph.initializers().containsKey(conv.input(1))
        && graph.initializers().get(conv.input(1)).dims().length == 4;
  }

  private static Tensor weight(Graph graph, Node conv, int input) {
    return graph.constant(conv.input(input)).orElseThrow();
  }

  private static int width(Graph graph, Node conv) {
    return (int) weight(graph, conv, 1).dims()[3];
  }

  private static Window window(Node conv) {
    return ((Op.Conv) conv.op()).window();
  }

  private static boolean isPadded(Node conv) {
    List<Integer> pads = window(conv).pads();
    return pads.size() == 4 && pads.stream().allMatch(p -> p > 0);
  }

  private static int stride(Node conv) {
    List<Integer> strides = window(conv).strides();
    return strides.isEmpty() ? 1 : strides.get(strides.size() - 1);
  }

  private static Planted weights(Graph graph, Node conv, int input, Weights.Change change) {
    return new Planted(Weights.changed(graph, conv.input(input), change), conv.output());
  }

  private static Planted oneWeight(Graph graph, Node conv, SplittableRandom random) {
    double[] values = weight(graph, conv, 1).toDoubles();
    double largest = Arrays.stream(values).map(Math::abs).max().orElse(0);
    int index = random.nextInt(values.length);
    return weights(graph, conv, 1, (i, v) -> i == index ? v + 0.01 * largest : v);
  }

  private static Planted oneBias(Graph graph, Node conv, SplittableRandom random) {
    int index = random.nextInt((int) weight(graph, conv, 2).size());
    return weights(graph, conv, 2, (i, v) -> i == index ? v + 1e-3 : v);
  }

  private static Optional<Planted> epsilon(Graph graph, SplittableRandom random) {
    return pick(graph, random, n -> n.op() instanceof Op.BatchNormalization)
        .map(
            node -> {
              Op.BatchNormalization old = (Op.BatchNormalization) node.op();
              Op other =
                  new Op.BatchNormalization(old.epsilon() + 1e-3f, old.momentum(), old.training());
              return replaced(
                  graph,
                  node,
                  List.of(new Node(node.name(), other, node.inputs(), node.outputs())),
                  graph.toBuilder());
            });
  }

  private static Planted channels(Graph graph, Node conv, SplittableRandom random) {
    Tensor weight = weight(graph, conv, 1);
    double[] old = weight.toDoubles();
    int kernel = old.length / (int) weight.dims()[0];
    int first = random.nextInt((int) weight.dims()[0] - 1);
    return weights(
        graph,
        conv,
        1,
        (i, v) ->
            i / kernel == first ? old[i + kernel] : i / kernel == first + 1 ? old[i - kernel] : v);
  }

  private static Planted mirrored(Graph graph, Node conv, SplittableRandom random) {
    double[] old = weight(graph, conv, 1).toDoubles();
    int width = width(graph, conv);
    return weights(graph, conv, 1, (i, v) -> old[i / width * width + width - 1 - i % width]);
  }

  private static Planted shifted(Graph graph, Node conv, SplittableRandom random) {
    List<Integer> pads = new ArrayList<>(window(conv).pads());
    pads.set(1, pads.get(1) + 1);
    pads.set(3, pads.get(3) - 1);
    return windowed(graph, conv, window(conv).dilations(), pads);
  }

  private static Planted roundedDown(Graph graph, Node conv, SplittableRandom random) {
    List<Integer> pads = new ArrayList<>(window(conv).pads());
    pads.set(2, pads.get(2) - 1);
    pads.set(3, pads.get(3) - 1);
    return windowed(graph, conv, window(conv).dilations(), pads);
  }

  private static Planted dilated(Graph graph, Node conv, SplittableRandom random) {
    return windowed(
        graph, conv, List.of(2, 2), window(conv).pads().stream().map(p -> p + 1).toList());
  }

  private static Planted windowed(
      Graph graph, Node conv, List<Integer> dilations, List<Integer> pads) {
    Window old = window(conv);
    Op other =
        new Op.Conv(
            new Window(old.autoPad(), old.strides(), dilations, pads),
            ((Op.Conv) conv.op()).groups());
    return replaced(
        graph,
        conv,
        List.of(new Node(conv.name(), other, conv.inputs(), conv.outputs())),
        graph.toBuilder());
  }

  private static Planted bordered(Graph graph, Node conv, SplittableRandom random) {
    List<Integer> pads = window(conv).pads();
    long[] amounts = {0, 0, pads.get(0), pads.get(1), 0, 0, pads.get(2), pads.get(3)};
    Graph.Builder builder =
        graph.toBuilder().initializer("planted.pads", Tensor.ofLongs(amounts, 8));
    Op pad = new Op.Pad(Op.Pad.Mode.EDGE, Optional.empty(), OptionalDouble.empty());
    List<String> inputs = new ArrayList<>(conv.inputs());
    inputs.set(0, "planted.x");
    Window old = window(conv);
    Op bare =
        new Op.Conv(
            new Window(old.autoPad(), old.strides(), old.dilations(), List.of(0, 0, 0, 0)),
            ((Op.Conv) conv.op()).groups());
    return replaced(
        graph,
        conv,
        List.of(
            node(pad, "planted.x", conv.input(0), "planted.pads"),
            new Node(conv.name(), bare, inputs, conv.outputs())),
        builder);
  }

  private static Planted corner(Graph graph, Node conv, SplittableRandom random) {
    return behind(
        graph,
        conv,
        (right, wrong, builder) -> {
          long[] zeros = new long[4];
          builder.initializer("planted.from", Tensor.ofLongs(zeros, 4));
          builder.initializer("planted.to", Tensor.ofLongs(new long[] {1, 1, 1, 1}, 4));
          builder.initializer("planted.axes", Tensor.ofLongs(new long[] {0, 1, 2, 3}, 4));
          builder.initializer("planted.at", Tensor.ofLongs(zeros, 1, 4));
          builder.initializer("planted.factor", Tensor.ofFloats(new float[] {1.05f}));
          builder.initializer("planted.flat", Tensor.ofLongs(new long[] {1}, 1));
          return List.of(
              node(
                  new Op.Slice(Optional.empty()),
                  "planted.pixel",
                  right,
                  "planted.from",
                  "planted.to",
                  "planted.axes"),
              node(
                  new Op.Binary(Op.Binary.Function.MUL),
                  "planted.off",
                  "planted.pixel",
                  "planted.factor"),
              node(new Op.Reshape(false), "planted.update", "planted.off", "planted.flat"),
              node(new Op.ScatterND(), wrong, right, "planted.at", "planted.update"));
        });
  }

  private static Fault clipped(double bound) {
    return conv(
        "values are clipped at %.0f".formatted(bound),
        (g, n) -> true,
        (graph, conv, random) ->
            behind(
                graph,
                conv,
                (right, wrong, builder) -> {
                  builder.initializer("planted.low", Tensor.ofFloats(new float[] {(float) -bound}));
                  builder.initializer("planted.high", Tensor.ofFloats(new float[] {(float) bound}));
                  Op clip = new Op.Clip(OptionalDouble.empty(), OptionalDouble.empty());
                  return List.of(node(clip, wrong, right, "planted.low", "planted.high"));
                }));
  }

  private static Planted beyond(Graph graph, Node conv, int axis, int from) {
    return behind(
        graph, conv, (right, wrong, builder) -> partly(right, wrong, axis, from, builder));
  }

  /** All readers of the first input read what is wrong beyond a column. */
  private static Planted beyondInput(Graph graph, int from) {
    String input = graph.requiredInputs().get(0).name();
    Graph.Builder builder = graph.toBuilder();
    List<Node> nodes = new ArrayList<>(partly(input, "planted.input", 3, from, builder));
    for (Node node : graph.nodes()) {
      List<String> inputs = new ArrayList<>(node.inputs());
      Collections.replaceAll(inputs, input, "planted.input");
      nodes.add(new Node(node.name(), node.op(), inputs, node.outputs()));
    }
    return new Planted(builder.replaceNodes(nodes).build(), "");
  }

  private static List<Node> partly(
      String right, String wrong, int axis, int from, Graph.Builder builder) {
    builder.initializer("planted.zero", Tensor.ofLongs(new long[] {0}, 1));
    builder.initializer("planted.from", Tensor.ofLongs(new long[] {from}, 1));
    builder.initializer("planted.end", Tensor.ofLongs(new long[] {Integer.MAX_VALUE}, 1));
    builder.initializer("planted.axis", Tensor.ofLongs(new long[] {axis}, 1));
    builder.initializer("planted.factor", Tensor.ofFloats(new float[] {1.01f}));
    Op slice = new Op.Slice(Optional.empty());
    return List.of(
        node(slice, "planted.first", right, "planted.zero", "planted.from", "planted.axis"),
        node(slice, "planted.rest", right, "planted.from", "planted.end", "planted.axis"),
        node(
            new Op.Binary(Op.Binary.Function.MUL), "planted.off", "planted.rest", "planted.factor"),
        node(new Op.Concat(axis), wrong, "planted.first", "planted.off"));
  }

  private static Planted behind(Graph graph, Node conv, Behind behind) {
    String value = conv.output();
    Graph.Builder builder = graph.toBuilder();
    List<Node> nodes = new ArrayList<>();
    nodes.add(new Node(conv.name(), conv.op(), conv.inputs(), List.of("planted.right")));
    nodes.addAll(behind.nodes("planted.right", value, builder));
    return replaced(graph, conv, nodes, builder);
  }

  private static Planted replaced(
      Graph graph, Node old, List<Node> instead, Graph.Builder builder) {
    List<Node> nodes = new ArrayList<>();
    graph.nodes().forEach(node -> nodes.addAll(node.equals(old) ? instead : List.of(node)));
    return new Planted(builder.replaceNodes(nodes).build(), old.output());
  }

  private static Node node(Op op, String output, String... inputs) {
    return new Node("planted:" + output, op, List.of(inputs), List.of(output));
  }

  private static Optional<Planted> reordered(Graph graph) {
    if (graph.outputs().size() < 2) {
      return Optional.empty();
    }
    List<Value> outputs = new ArrayList<>(graph.outputs());
    Collections.reverse(outputs);
    return Optional.of(new Planted(graph.toBuilder().replaceOutputs(outputs).build(), ""));
  }

  private static Planted renamed(Graph graph) {
    Value output = graph.outputs().get(0);
    return outputs(graph, node(new Op.Identity(), "planted.name", output.name()), output.type());
  }

  /** The output's name is kept: what computes it has another one. */
  private static Planted retyped(Graph graph) {
    String name = graph.outputs().get(0).name();
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      List<String> outputs = new ArrayList<>(node.outputs());
      List<String> inputs = new ArrayList<>(node.inputs());
      Collections.replaceAll(outputs, name, "planted.right");
      Collections.replaceAll(inputs, name, "planted.right");
      nodes.add(new Node(node.name(), node.op(), inputs, outputs));
    }
    nodes.add(node(new Op.Cast(ElementType.DOUBLE), name, "planted.right"));
    List<Value> outputs = new ArrayList<>(graph.outputs());
    outputs.set(0, new Value(name, Optional.of(ElementType.DOUBLE), outputs.get(0).shape()));
    return new Planted(graph.toBuilder().replaceNodes(nodes).replaceOutputs(outputs).build(), "");
  }

  private static Planted outputs(Graph graph, Node last, Optional<ElementType> type) {
    List<Node> nodes = new ArrayList<>(graph.nodes());
    nodes.add(last);
    List<Value> outputs = new ArrayList<>(graph.outputs());
    outputs.set(0, new Value(last.output(), type, outputs.get(0).shape()));
    return new Planted(graph.toBuilder().replaceNodes(nodes).replaceOutputs(outputs).build(), "");
  }

  private static Optional<Planted> ties(Graph graph) {
    return pick(graph, new SplittableRandom(0), n -> n.op() instanceof Op.ArgMax)
        .map(
            node -> {
              Op.ArgMax old = (Op.ArgMax) node.op();
              Op other = new Op.ArgMax(old.axis(), old.keepsDims(), !old.selectsLast());
              return replaced(
                  graph,
                  node,
                  List.of(new Node(node.name(), other, node.inputs(), node.outputs())),
                  graph.toBuilder());
            });
  }
}
