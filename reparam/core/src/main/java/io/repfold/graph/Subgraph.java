package io.repfold.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The nodes of a graph that compute some values from others: all that lies on the way back from the
 * ones, up to the others or to what nothing computes. What the bodies of If, Loop and the like read
 * from outside lies on the way too; values inside of them are not values of the graph.
 */
public final class Subgraph {
  private final Graph graph;
  private final List<Node> nodes;
  private final Set<String> needed;
  private final Set<String> read;

  private Subgraph(Graph graph, List<Node> nodes, Set<String> needed, Set<String> read) {
    this.graph = graph;
    this.nodes = nodes;
    this.needed = needed;
    this.read = read;
  }

  /**
   * Walks back from some values to others.
   *
   * @param from where the way ends; what is none of the graph's values is never reached
   * @param to values of the graph; one that is also in {@code from} is computed all the same
   */
  public static Subgraph between(Graph graph, Collection<String> from, Collection<String> to) {
    Set<String> ends = new HashSet<>(from);
    Set<String> reached = new HashSet<>();
    Set<String> needed = new LinkedHashSet<>(to);
    List<Node> nodes = new ArrayList<>();
    for (int i = graph.nodes().size() - 1; i >= 0; i--) {
      Node node = graph.nodes().get(i);
      if (node.outputs().stream().anyMatch(needed::contains)) {
        nodes.add(node);
        for (String name : Graph.reads(node)) {
          (ends.contains(name) ? reached : needed).add(name);
        }
      }
    }
    Collections.reverse(nodes);
    Set<String> read = new LinkedHashSet<>(from);
    read.retainAll(reached);
    return new Subgraph(graph, List.copyOf(nodes), needed, read);
  }

  /** In topological order. */
  public List<Node> nodes() {
    return nodes;
  }

  /** Those values on which the way ended, in the order in which they were given. */
  public Set<String> read() {
    return Collections.unmodifiableSet(read);
  }

  /** Inputs of the graph that a caller must give and that the nodes need beside these. */
  public List<Value> missing() {
    return graph.requiredInputs().stream().filter(v -> needed.contains(v.name())).toList();
  }

  /**
   * A graph of these nodes alone, with the initializers that they need. An input that callers may
   * leave out stays one.
   *
   * @param inputs what a caller gives; nodes may leave some of it unread
   * @param outputs what is computed
   * @throws InvalidGraphException if an input is missing, or an output is not computed
   */
  public Graph graph(List<Value> inputs, List<Value> outputs) {
    Set<String> given = new HashSet<>();
    inputs.forEach(input -> given.add(input.name()));
    List<Value> all = new ArrayList<>(inputs);
    graph.optionalInputs().stream()
        .filter(v -> needed.contains(v.name()) && !given.contains(v.name()))
        .forEach(all::add);
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    initializers.keySet().removeIf(name -> !needed.contains(name) || given.contains(name));
    Set<String> inside = new HashSet<>();
    nodes.forEach(node -> inside.addAll(node.outputs()));
    inside.removeAll(given);
    outputs.forEach(output -> inside.remove(output.name()));
    Map<String, Value> declared = new LinkedHashMap<>(graph.declared());
    declared.keySet().retainAll(inside);
    return graph.toBuilder()
        .replaceInputs(all)
        .replaceOutputs(outputs)
        .replaceInitializers(initializers)
        .replaceNodes(withoutGiven(given))
        .replaceDeclared(declared)
        .build();
  }

  /**
   * Of two outputs of one node, one may be given and the other be computed: what the node computes
   * for the one then has another name, which nobody reads.
   */
  private List<Node> withoutGiven(Set<String> given) {
    FreeNames names = FreeNames.ofValues(graph);
    List<Node> result = new ArrayList<>();
    for (Node node : nodes) {
      List<String> outputs =
          node.outputs().stream()
              .map(name -> given.contains(name) ? names.fresh(name + "_unread") : name)
              .toList();
      result.add(
          outputs.equals(node.outputs())
              ? node
              : new Node(node.name(), node.op(), node.inputs(), outputs));
    }
    return result;
  }
}
