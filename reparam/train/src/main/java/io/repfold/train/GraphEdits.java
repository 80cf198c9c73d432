package io.repfold.train;

import io.repfold.graph.DeadCode;
import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Value;
import io.repfold.train.Deployment.Head;
import io.repfold.train.Deployment.Layout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Small changes at the ends of a network. */
final class GraphEdits {
  private static final int CHANNELS = 1;
  private static final List<Integer> TO_LAST = List.of(0, 2, 3, 1);
  private static final List<Integer> TO_FIRST = List.of(0, 3, 1, 2);

  private GraphEdits() {}

  /** Removes an output and all that only it needs. */
  static Graph withoutOutput(Graph graph, String output) {
    List<Value> kept = graph.outputs().stream().filter(o -> !o.name().equals(output)).toList();
    return DeadCode.withoutUnread(graph.toBuilder().replaceOutputs(kept).build());
  }

  /** Dropout nodes that give a graph output, or whose mask is read, become the identity. */
  static Graph withoutDropouts(Graph graph) {
    Map<String, String> instead = new HashMap<>();
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      Node renamed = reading(node, instead);
      boolean drops = node.op() instanceof Op.Dropout;
      boolean masked = node.outputs().size() > 1 && !node.outputs().get(1).isEmpty();
      if (!drops || masked || isCaptured(graph, node.output())) {
        nodes.add(renamed);
      } else if (graph.isOutput(node.output())) {
        nodes.add(
            new Node(
                node.name(), new Op.Identity(), List.of(renamed.input(0)), List.of(node.output())));
      } else {
        instead.put(node.output(), renamed.input(0));
      }
    }
    return DeadCode.withoutUnread(graph.toBuilder().replaceNodes(nodes).build());
  }

  private static boolean isCaptured(Graph graph, String value) {
    return graph.readers(value).stream().anyMatch(n -> n.op() instanceof Op.Opaque);
  }

  private static Node reading(Node node, Map<String, String> instead) {
    List<String> inputs = node.inputs().stream().map(i -> instead.getOrDefault(i, i)).toList();
    return new Node(node.name(), node.op(), inputs, node.outputs());
  }

  /** Adds what turns scores into a head's output, which has the head's name. */
  static Graph withHead(Graph graph, Head head, Layout layout) {
    Value scores = graph.outputs().get(0);
    Value known = ShapeInference.infer(graph).getOrDefault(scores.name(), scores);
    Shape shape =
        known
            .shape()
            .filter(s -> s.rank() == 4 || s.rank() == 2)
            .orElseThrow(
                () ->
                    new RunException(
                        "Output '%s' must be scores [N, classes, H, W] or [N, classes] to get a"
                            + " head, found %s",
                        scores.name(), known));
    boolean moves = layout == Layout.NHWC && shape.rank() == 4 && head != Head.ARGMAX;
    if (head == Head.LOGITS && !moves) {
      return graph;
    }
    Graph.Builder result = graph.toBuilder();
    String last = scores.name();
    String name = unused(graph, nameOf(head, scores.name()));
    switch (head) {
      case LOGITS -> {}
      case SOFTMAX -> {
        String next = moves ? unused(graph, name + "_nchw") : name;
        result.node(new Op.Softmax(CHANNELS, graph.opset() < 13), List.of(last), next);
        last = next;
      }
      case ARGMAX -> result.node(new Op.ArgMax(CHANNELS, false, false), List.of(last), name);
    }
    if (moves) {
      result.node(new Op.Transpose(TO_LAST), List.of(last), name);
    }
    List<Value> outputs = new ArrayList<>(graph.outputs());
    outputs.set(0, output(name, head, moves, known, shape));
    return result.replaceOutputs(outputs).build();
  }

  private static String nameOf(Head head, String scores) {
    return switch (head) {
      case LOGITS -> scores + "_nhwc";
      case SOFTMAX -> "probabilities";
      case ARGMAX -> "classes";
    };
  }

  private static Value output(String name, Head head, boolean moves, Value scores, Shape shape) {
    List<Dim> dims = new ArrayList<>(shape.dims());
    Dim classes = dims.remove(CHANNELS);
    if (head == Head.ARGMAX) {
      return Value.of(name, ElementType.INT64, new Shape(dims));
    }
    dims.add(moves ? dims.size() : CHANNELS, classes);
    return new Value(name, scores.type(), Optional.of(new Shape(dims)));
  }

  /** The same network for images [N, H, W, C] under the name that they had. */
  static Graph withImagesLast(Graph graph) {
    Value images = graph.requiredInputs().stream().findFirst().orElseThrow();
    List<Dim> dims = new ArrayList<>(images.shape().orElseThrow().dims());
    dims.add(dims.remove(CHANNELS));
    Value moved = new Value(images.name(), images.type(), Optional.of(new Shape(dims)));
    String inner = unused(graph, images.name() + "_nchw");
    List<Node> nodes = new ArrayList<>();
    nodes.add(new Node(inner, new Op.Transpose(TO_FIRST), List.of(images.name()), List.of(inner)));
    graph.nodes().forEach(node -> nodes.add(reading(node, Map.of(images.name(), inner))));
    return graph.toBuilder()
        .replaceInputs(graph.inputs().stream().map(i -> i.equals(images) ? moved : i).toList())
        .replaceNodes(nodes)
        .build();
  }

  private static String unused(Graph graph, String name) {
    String unused = name;
    while (graph.isInput(unused)
        || graph.initializers().containsKey(unused)
        || graph.producer(unused).isPresent()) {
      unused += "_";
    }
    return unused;
  }
}
