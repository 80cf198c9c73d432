package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Makes a Cast of each CastLike whose target type is known: PyTorch's exporter casts constants to
 * the type of an image, and only the type matters. One whose attributes are not the defaults stays
 * as it is: they say how numbers are cast that an 8-bit float does not hold, which {@link Op.Cast}
 * has no words for.
 */
final class CastLikes {
  private static final Map<String, Object> DEFAULTS = Map.of("saturate", 1L, "round_mode", "up");

  private CastLikes() {}

  static Graph resolved(Facts facts) {
    Graph graph = facts.graph();
    if (graph.nodes().stream().noneMatch(CastLikes::isCastLike)) {
      return graph;
    }
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      nodes.add(
          isCastLike(node)
              ? facts
                  .type(node.input(1))
                  .map(
                      type ->
                          new Node(
                              node.name(),
                              new Op.Cast(type),
                              List.of(node.input(0)),
                              node.outputs()))
                  .orElse(node)
              : node);
    }
    return graph.toBuilder().replaceNodes(nodes).build();
  }

  private static boolean isCastLike(Node node) {
    return node.op() instanceof Op.Opaque opaque
        && opaque.type().equals("CastLike")
        && opaque.domain().isEmpty()
        && DEFAULTS.entrySet().containsAll(opaque.attributes().entrySet())
        && node.inputs().size() == 2;
  }
}
