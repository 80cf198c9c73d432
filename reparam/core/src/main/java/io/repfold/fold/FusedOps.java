package io.repfold.fold;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Writes activations and normalizations as the one op that ONNX has for them, in the graph's opset.
 *
 * <pre>
 *   Given:   %1 = Div(%0, 1.41421354); %2 = Erf(%1); %3 = Add(%2, 1); %4 = Mul(%0, %3); %5 = Mul(%4, 0.5)
 *   Result:  %5 = Gelu(%0)
 * </pre>
 *
 * <p>The numbers must be those that are meant, rounded to the graph's element type.
 */
final class FusedOps {
  private static final int GELU = 20;
  private static final int LAYER_NORMALIZATION = 17;

  private final Facts facts;
  private final Graph graph;
  private final Map<Node, Node> replaced = new HashMap<>();
  private final Set<Node> taken = new HashSet<>();

  private FusedOps(Facts facts) {
    this.facts = facts;
    this.graph = facts.graph();
  }

  static Graph written(Facts facts) {
    return new FusedOps(facts).run();
  }

  /** The first opset that has an op that is written here; empty for all others. */
  static OptionalInt since(Op op) {
    if (op instanceof Op.Gelu) {
      return OptionalInt.of(GELU);
    }
    if (op instanceof Op.LayerNormalization) {
      return OptionalInt.of(LAYER_NORMALIZATION);
    }
    return op instanceof Op.Unary unary
            && (unary.function() == Op.Unary.Function.HARD_SWISH
                || unary.function() == Op.Unary.Function.MISH)
        ? OptionalInt.of(unary.function().since())
        : OptionalInt.empty();
  }

  private Graph run() {
    for (Node node : graph.nodes()) {
      WrittenLayerNorm.around(facts, node)
          .ifPresent(norm -> take(norm.op(), norm.inputs(), norm.nodes(), norm.last()));
      activation(node)
          .ifPresent(
              found -> take(found.op(), List.of(found.input()), found.nodes(), found.last()));
    }
    if (replaced.isEmpty()) {
      return graph;
    }
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      Node instead = replaced.get(node);
      if (instead != null) {
        nodes.add(instead);
      } else if (!taken.contains(node)) {
        nodes.add(node);
      }
    }
    return graph.toBuilder().replaceNodes(nodes).build();
  }

  private Optional<WrittenActivation> activation(Node node) {
    if (node.outputs().isEmpty()) {
      return Optional.empty();
    }
    Optional<ElementType> type = facts.type(node.output());
    boolean single = type.equals(Optional.of(ElementType.FLOAT));
    if (!single && !type.equals(Optional.of(ElementType.DOUBLE))) {
      return Optional.empty();
    }
    // Two numbers of the pattern are rounded, and two roundings are within four halves of an ulp.
    double share = single ? 0x1p-22 : 0x1p-51;
    return WrittenActivation.around(graph, node, share).filter(this::keepsTheShape);
  }

  /** A number of more axes than x would give the result more axes. */
  private boolean keepsTheShape(WrittenActivation found) {
    return found.constantRank() == 0
        || facts
            .shape(found.input())
            .filter(shape -> shape.rank() >= found.constantRank())
            .isPresent();
  }

  private void take(Op op, List<String> inputs, Set<Node> nodes, Node last) {
    if (graph.opset() < since(op).orElseThrow() || nodes.stream().anyMatch(taken::contains)) {
      return;
    }
    taken.addAll(nodes);
    replaced.put(last, new Node(last.name(), op, inputs, last.outputs()));
  }
}
