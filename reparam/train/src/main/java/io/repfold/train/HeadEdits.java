package io.repfold.train;

import io.repfold.graph.FreeNames;
import io.repfold.graph.Graph;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What changes in a graph whose head starts anew, and the graph with it. */
final class HeadEdits {
  private final Graph graph;
  private final FreeNames names;

  /** Parameters that start anew, and the nodes that asked for it. */
  private final Map<String, Tensor> anew = new LinkedHashMap<>();

  private final Map<String, Set<Node>> askers = new LinkedHashMap<>();

  /** Constants for another number of classes that have other readers, under names of their own. */
  private final Map<String, Tensor> copies = new LinkedHashMap<>();

  /** Those that one node reads alone, under their names. */
  private final Map<String, Tensor> remade = new LinkedHashMap<>();

  private final List<String> told = new ArrayList<>();
  private final Map<String, Node> nodes = new LinkedHashMap<>();

  HeadEdits(Graph graph) {
    this.graph = graph;
    this.names = FreeNames.ofValues(graph);
  }

  /** Has a parameter start anew under its name. */
  void startAnew(Node node, String name, Tensor tensor) {
    anew.put(name, tensor);
    askers.computeIfAbsent(name, key -> new LinkedHashSet<>()).add(node);
  }

  /** Gives a node another constant; others that read the old one keep it. */
  void remake(Node node, int input, Tensor tensor) {
    String name = node.input(input);
    long[] shown = tensor.type().isFloat() ? tensor.dims() : tensor.toLongs();
    told.add("%s %s".formatted(node.describe(), Arrays.toString(shown)));
    if (graph.readers(name).size() == 1 && !graph.isOutput(name)) {
      remade.put(name, tensor);
      return;
    }
    String copy = names.fresh(name + "/classes");
    copies.put(copy, tensor);
    Node now = nodes.getOrDefault(node.output(), node);
    List<String> inputs = new ArrayList<>(now.inputs());
    inputs.set(input, copy);
    nodes.put(node.output(), new Node(now.name(), now.op(), inputs, now.outputs()));
  }

  void replaceOp(Node node, Op op) {
    Node now = nodes.getOrDefault(node.output(), node);
    nodes.put(node.output(), new Node(now.name(), op, now.inputs(), now.outputs()));
  }

  List<String> namesAnew() {
    return List.copyOf(anew.keySet());
  }

  /** What starts anew, with shapes. */
  List<String> listAnew() {
    return anew.entrySet().stream()
        .map(e -> "%s %s".formatted(e.getKey(), Arrays.toString(e.getValue().dims())))
        .toList();
  }

  /** What was remade and does not start anew, with shapes, or the sizes that it holds. */
  List<String> listRemade() {
    return List.copyOf(told);
  }

  /** A parameter that starts anew although a node beside the head reads it too; names the node. */
  Optional<String> shared() {
    for (Map.Entry<String, Set<Node>> entry : askers.entrySet()) {
      for (Node reader : graph.readers(entry.getKey())) {
        if (!entry.getValue().contains(reader)) {
          return Optional.of(
              "'%s' belongs to the head and %s reads it too"
                  .formatted(entry.getKey(), reader.describe()));
        }
      }
    }
    return Optional.empty();
  }

  /**
   * The changed graph.
   *
   * @throws InvalidGraphException if its shapes contradict each other; names the node
   */
  Graph graph() {
    Map<String, Tensor> changed = new LinkedHashMap<>(remade);
    changed.putAll(anew);
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    changed.forEach((name, tensor) -> initializers.computeIfPresent(name, (key, old) -> tensor));
    initializers.putAll(copies);
    List<Node> all = graph.nodes().stream().map(node -> changed(node, changed)).toList();
    Set<String> touched = touched();
    Map<String, Value> declared = new LinkedHashMap<>(graph.declared());
    declared.keySet().removeAll(touched);
    Graph result =
        graph.toBuilder()
            .replaceNodes(all)
            .replaceInitializers(initializers)
            .replaceDeclared(declared)
            .replaceOutputs(
                graph.outputs().stream()
                    .map(o -> touched.contains(o.name()) ? open(o) : o)
                    .toList())
            .build();
    ShapeInference.infer(result);
    return result;
  }

  private Node changed(Node node, Map<String, Tensor> constants) {
    if (node.outputs().isEmpty()) {
      return node;
    }
    Tensor constant = constants.get(node.output());
    return constant != null
        ? new Node(node.name(), new Op.Constant(constant), List.of(), node.outputs())
        : nodes.getOrDefault(node.output(), node);
  }

  private static Value open(Value output) {
    return new Value(output.name(), output.type(), Optional.<Shape>empty());
  }

  /** What is computed from changed tensors. */
  private Set<String> touched() {
    Set<String> values = new HashSet<>(anew.keySet());
    values.addAll(remade.keySet());
    for (Node node : graph.nodes()) {
      Collection<String> outputs = node.outputs();
      if (outputs.stream().anyMatch(nodes::containsKey)
          || Graph.reads(node).stream().anyMatch(values::contains)) {
        values.addAll(outputs);
      }
    }
    return values;
  }
}
