package io.repfold.pipeline.compare;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Ops that give other numbers each time, so that a model differs from itself. */
final class RandomOps {
  private static final Set<String> TYPES =
      Set.of(
          "RandomNormal",
          "RandomNormalLike",
          "RandomUniform",
          "RandomUniformLike",
          "Bernoulli",
          "Multinomial");

  private RandomOps() {}

  /** What to say of them; empty if there are none, or the graph is not known. */
  static Optional<String> remark(Optional<Graph> graph) {
    List<String> found =
        graph.stream()
            .flatMap(g -> g.nodes().stream())
            .filter(node -> TYPES.contains(node.op().type()))
            .map(Node::describe)
            .toList();
    return found.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "The reference holds %s%s, which may give other numbers in each session: what depends on it cannot be compared"
                .formatted(found.get(0), found.size() > 1 ? " and other random ops" : ""));
  }
}
