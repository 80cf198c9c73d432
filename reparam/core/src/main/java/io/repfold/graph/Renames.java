package io.repfold.graph;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Names of values, for passes that change them. */
final class Renames {
  private Renames() {}

  /** The node, reading other values. */
  static Node inputs(Node node, Map<String, String> instead) {
    List<String> inputs = node.inputs().stream().map(i -> instead.getOrDefault(i, i)).toList();
    return new Node(node.name(), node.op(), inputs, node.outputs());
  }

  /** Whether a subgraph reads the value, so that its name must stay. */
  static boolean isCaptured(Graph graph, String value) {
    return graph.readers(value).stream()
        .anyMatch(n -> n.op() instanceof Op.Opaque opaque && opaque.captures().contains(value));
  }

  /** All names of values in a graph. */
  static Set<String> names(Graph graph) {
    Set<String> names = new HashSet<>(graph.initializers().keySet());
    graph.inputs().forEach(input -> names.add(input.name()));
    graph.nodes().forEach(node -> names.addAll(node.outputs()));
    return names;
  }

  /** A name that is not taken, and is from now on. */
  static String unused(Set<String> taken, String wanted) {
    String name = wanted;
    for (int i = 2; !taken.add(name); i++) {
      name = wanted + "_" + i;
    }
    return name;
  }
}
