package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The nodes that a folded region held, and their figures. */
final class HeldNodes {
  private final Graph graph;
  private final Facts facts;
  private final LinearOps linearOps;
  private final String target;
  private final List<Node> nodes = new ArrayList<>();

  private HeldNodes(Analysis analysis, String target) {
    this.graph = analysis.graph();
    this.facts = analysis.facts();
    this.linearOps = new LinearOps(facts);
    this.target = target;
  }

  /**
   * What the form of {@code target} does without and no other folded value inside it needs: a term
   * may be such a value, and then its nodes are of that value's region.
   */
  static HeldNodes of(Analysis analysis, FoldedGraphWriter writer, String target) {
    HeldNodes held = new HeldNodes(analysis, target);
    List<Node> covered =
        analysis.foldedForm(target).stream().flatMap(form -> form.covered().nodes()).toList();
    NodeSet others = NodeSet.ofProducers(held.facts, List.of());
    for (Node node : covered) {
      if (!node.output().equals(target) && !writer.replacement(node.output()).isEmpty()) {
        Optional<Form> other = analysis.foldedForm(node.output());
        others = other.isPresent() ? others.with(other.get().covered()) : others;
      }
    }
    for (Node node : covered) {
      if (!others.contains(node) && !writer.isKept(node)) {
        held.nodes.add(node);
      }
    }
    return held;
  }

  List<String> descriptions() {
    return nodes.stream().map(facts::describe).distinct().toList();
  }

  long parameters() {
    return parameters(graph, nodes);
  }

  /** Elements of the constants of real type that nodes read, each constant once. */
  static long parameters(Graph graph, Collection<Node> nodes) {
    return nodes.stream()
        .flatMap(node -> node.inputs().stream())
        .distinct()
        .flatMap(input -> graph.constant(input).stream())
        .mapToLong(Reporting::realElements)
        .sum();
  }

  /** Of all nodes, for one position of the target. */
  double multiplyAdds() {
    Map<String, Double> positions = new HashMap<>(Map.of(target, 1.0));
    double sum = 0;
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      Optional<Linearity.Linear> linear =
          linearOps.of(node) instanceof Linearity.Linear found
              ? Optional.of(found)
              : Optional.empty();
      double here = positions.getOrDefault(node.output(), 0.0);
      double read = here * linear.map(HeldNodes::positionsRead).orElse(1.0);
      sum += here * linear.map(HeldNodes::multiplyAdds).orElse(0.0);
      node.inputs().forEach(input -> positions.merge(input, read, Math::max));
    }
    return sum;
  }

  private static double positionsRead(Linearity.Linear linear) {
    return Cost.positionsRead(linear.operands().get(0).map());
  }

  private static double multiplyAdds(Linearity.Linear linear) {
    Affine first = linear.operands().get(0).map();
    Cost cost =
        linear.isSum()
            ? Cost.ofSum(linear.operands().size(), first.weights().out())
            : Cost.of(first);
    return cost.multiplyAdds();
  }
}
