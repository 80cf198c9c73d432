package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import java.util.Collection;
import java.util.Set;

/** Questions about which values a set of nodes keeps to itself. */
final class Region {
  private Region() {}

  /** Whether nothing but the covered nodes reads the value. */
  static boolean keeps(Graph graph, String value, Set<String> covered) {
    Collection<Node> readers = graph.readers(value);
    return !graph.isOutput(value)
        && !readers.isEmpty()
        && readers.stream().allMatch(r -> isCovered(r, covered));
  }

  private static boolean isCovered(Node node, Set<String> covered) {
    return !node.outputs().isEmpty() && covered.contains(node.output());
  }
}
