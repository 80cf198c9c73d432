package io.repfold.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Removes nodes and initializers that no output depends on, and declarations of values that are
 * gone.
 */
public final class DeadCode {
  private DeadCode() {}

  public static Graph withoutUnread(Graph.Builder builder) {
    return withoutUnread(builder.build());
  }

  public static Graph withoutUnread(Graph graph) {
    Set<String> read = new HashSet<>();
    graph.outputs().forEach(v -> read.add(v.name()));
    List<Node> nodes = new ArrayList<>();
    for (int i = graph.nodes().size() - 1; i >= 0; i--) {
      Node node = graph.nodes().get(i);
      if (node.outputs().stream().anyMatch(read::contains)) {
        nodes.add(node);
        node.inputs().stream().filter(name -> !name.isEmpty()).forEach(read::add);
        if (node.op() instanceof Op.Opaque opaque) {
          read.addAll(opaque.captures());
        }
      }
    }
    Collections.reverse(nodes);
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    initializers.keySet().removeIf(name -> !read.contains(name) && !graph.isInput(name));
    Set<String> defined = new HashSet<>();
    nodes.forEach(n -> defined.addAll(n.outputs()));
    Map<String, Value> declared = new LinkedHashMap<>(graph.declared());
    declared.keySet().removeIf(name -> !defined.contains(name));
    return graph.toBuilder()
        .replaceNodes(nodes)
        .replaceInitializers(initializers)
        .replaceDeclared(declared)
        .build();
  }
}
