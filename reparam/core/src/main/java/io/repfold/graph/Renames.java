package io.repfold.graph;

import java.util.List;
import java.util.Map;

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
}
