package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.OpKind;
import io.repfold.graph.Shape;
import java.util.Optional;

/**
 * Removes rows of Reshape, Flatten, Squeeze and Unsqueeze that end in the shape they began with.
 */
final class Views {
  /** Longer rows are not looked back along. */
  private static final int LONGEST = 8;

  private Views() {}

  static Graph cancelled(Facts facts) {
    Graph graph = facts.graph();
    Renaming renaming = new Renaming(graph);
    for (Node node : graph.nodes()) {
      if (node.outputs().size() == 1 && OpKind.RESHAPES.includes(node.op())) {
        beginning(facts, node).ifPresent(value -> renaming.bypass(node, value));
      }
    }
    return renaming.isEmpty() ? graph : renaming.apply();
  }

  /** The value before a row of such nodes that has the shape of what the last one makes. */
  private static Optional<String> beginning(Facts facts, Node last) {
    Optional<Shape> shape = facts.shape(last.output());
    Optional<Node> at = facts.graph().producer(last.input(0)).filter(Views::isView);
    for (int i = 0; i < LONGEST && shape.isPresent() && at.isPresent(); i++) {
      String before = at.get().input(0);
      if (facts.shape(before).filter(shape.get()::surelyEquals).isPresent()) {
        return Optional.of(before);
      }
      at = facts.graph().producer(before).filter(Views::isView);
    }
    return Optional.empty();
  }

  private static boolean isView(Node node) {
    return OpKind.RESHAPES.includes(node.op());
  }
}
