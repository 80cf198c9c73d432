package io.repfold.fold;

import io.repfold.graph.Graph;
import java.util.HashSet;
import java.util.Set;

/** Names for values that a pass adds: none that the graph has, and each only once. */
final class FreshNames {
  private final Graph graph;
  private final Set<String> given = new HashSet<>();

  FreshNames(Graph graph) {
    this.graph = graph;
  }

  /** The wanted name, with a number behind it if it is taken. */
  String of(String wanted) {
    String name = wanted;
    for (int i = 2; isTaken(name); i++) {
      name = wanted + i;
    }
    given.add(name);
    return name;
  }

  private boolean isTaken(String name) {
    return given.contains(name)
        || graph.initializers().containsKey(name)
        || graph.isInput(name)
        || graph.producer(name).isPresent();
  }
}
