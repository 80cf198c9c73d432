package io.repfold.fold;

import io.repfold.graph.DeadCode;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects values that are to be read under another name, and removes the nodes that only passed
 * them on.
 */
final class Renaming {
  private final Graph graph;
  private final Map<String, String> names = new HashMap<>();
  private final java.util.Set<String> removed = new java.util.HashSet<>();

  Renaming(Graph graph) {
    this.graph = graph;
  }

  /**
   * Lets everybody read {@code input} instead of {@code output} and drops the node that made the
   * latter, if names allow it: a graph output keeps its name, and so does what a subgraph captures.
   */
  boolean bypass(Node node, String input) {
    String output = node.output();
    String source = current(input);
    if (!graph.isOutput(output) && !isCaptured(output)) {
      names.put(output, source);
      removed.add(output);
      return true;
    }
    boolean canRename =
        graph.producer(source).filter(p -> p.outputs().contains(source)).isPresent()
            && !graph.isOutput(source)
            && !isCaptured(source)
            && !names.containsValue(source)
            && !removed.contains(source);
    if (canRename) {
      names.put(source, output);
      removed.add(output);
    }
    return canRename;
  }

  private String current(String name) {
    String at = name;
    while (names.containsKey(at)) {
      at = names.getOrDefault(at, at);
    }
    return at;
  }

  private boolean isCaptured(String value) {
    return graph.readers(value).stream()
        .anyMatch(r -> r.op() instanceof Op.Opaque opaque && opaque.captures().contains(value));
  }

  boolean isEmpty() {
    return names.isEmpty();
  }

  Graph apply() {
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (!node.outputs().isEmpty() && removed.contains(node.output())) {
        continue;
      }
      List<String> inputs = node.inputs().stream().map(this::current).toList();
      List<String> outputs = node.outputs().stream().map(this::current).toList();
      boolean same = inputs.equals(node.inputs()) && outputs.equals(node.outputs());
      nodes.add(same ? node : new Node(node.name(), node.op(), inputs, outputs));
    }
    return DeadCode.withoutUnread(graph.toBuilder().replaceNodes(nodes));
  }
}
