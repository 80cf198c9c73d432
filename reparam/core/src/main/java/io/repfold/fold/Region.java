package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import java.util.List;

/** Questions about which values a set of nodes keeps to itself. */
final class Region {
  private Region() {}

  /** Whether nothing but one node reads the value. */
  static boolean isReadOnlyBy(Graph graph, String value, Node node) {
    return !graph.isOutput(value)
        && !graph.readers(value).isEmpty()
        && graph.readers(value).stream().allMatch(node::equals);
  }

  /**
   * Whether nothing but the covered nodes reads the value. The last reader is the one that a region
   * reaches last, so that it tells most often.
   */
  static boolean keeps(Graph graph, String value, NodeSet covered) {
    List<Node> readers = graph.readers(value);
    for (int i = readers.size() - 1; i >= 0; i--) {
      if (!covered.contains(readers.get(i))) {
        return false;
      }
    }
    return !graph.isOutput(value) && !readers.isEmpty();
  }
}
