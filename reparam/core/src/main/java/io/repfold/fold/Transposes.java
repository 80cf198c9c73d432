package io.repfold.fold;

import io.repfold.graph.DeadCode;
import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Makes one Transpose of two in a row, and none of those that leave all elements in their order.
 *
 * <pre>
 *   Given:   %1 = Transpose(%0, p); %2 = Transpose(%1, q)
 *   Result:  %2 = Transpose(%0, r)      r[i] = p[q[i]]; %2 = %0 if r keeps the order
 * </pre>
 *
 * A Transpose that only moves axes of size 1 and gives another shape stays: a runtime copies it as
 * it would a Reshape, and a Transpose behind it may still cancel it.
 */
final class Transposes {
  private final Graph graph;
  private final Facts facts;
  private final Map<String, Node> joined = new HashMap<>();

  private Transposes(Facts facts) {
    this.graph = facts.graph();
    this.facts = facts;
  }

  static Graph joined(Facts facts) {
    Graph graph = facts.graph();
    boolean none = graph.nodes().stream().noneMatch(n -> n.op() instanceof Op.Transpose);
    return none ? graph : new Transposes(facts).run();
  }

  private Graph run() {
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.Transpose) {
        joined(node).ifPresent(one -> joined.put(node.output(), one));
      }
    }
    Graph one = joined.isEmpty() ? graph : withJoined();
    Renaming renaming = new Renaming(one);
    for (Node node : one.nodes()) {
      if (node.op() instanceof Op.Transpose transpose && keepsElements(node, transpose)) {
        renaming.bypass(node, node.input(0));
      }
    }
    return renaming.isEmpty() ? one : renaming.apply();
  }

  private Graph withJoined() {
    List<Node> nodes =
        graph.nodes().stream()
            .map(n -> n.op() instanceof Op.Transpose ? joined.getOrDefault(n.output(), n) : n)
            .toList();
    return DeadCode.withoutUnread(graph.toBuilder().replaceNodes(nodes));
  }

  /** The Transpose of what the one before reads, which may be joined already. */
  private Optional<Node> joined(Node second) {
    Optional<Node> before =
        graph
            .producer(second.input(0))
            .map(p -> joined.getOrDefault(p.output(), p))
            .filter(p -> p.op() instanceof Op.Transpose);
    if (before.isEmpty()) {
      return Optional.empty();
    }
    List<Integer> p = order((Op.Transpose) before.get().op(), before.get().input(0));
    List<Integer> q = order((Op.Transpose) second.op(), before.get().input(0));
    if (p.isEmpty() || p.size() != q.size()) {
      return Optional.empty();
    }
    Op.Transpose both = new Op.Transpose(q.stream().map(p::get).toList());
    return Optional.of(
        new Node(second.name(), both, List.of(before.get().input(0)), second.outputs()));
  }

  /**
   * The order of the axes, with none negative; empty if it is not known.
   *
   * @param value one that has as many axes
   */
  private List<Integer> order(Op.Transpose transpose, String value) {
    List<Integer> order = transpose.permutation();
    if (!order.isEmpty()) {
      return order.stream().map(axis -> axis < 0 ? axis + order.size() : axis).toList();
    }
    int rank = facts.shape(value).map(Shape::rank).orElse(0);
    return IntStream.range(0, rank).map(i -> rank - 1 - i).boxed().toList();
  }

  /** Whether the elements stay in their order and the shape is the one that is there. */
  private boolean keepsElements(Node node, Op.Transpose transpose) {
    List<Integer> order = order(transpose, node.input(0));
    if (order.isEmpty()) {
      return false;
    }
    if (isSorted(order)) {
      return true;
    }
    Optional<Shape> shape = facts.shape(node.input(0)).filter(s -> s.rank() == order.size());
    return shape.isPresent()
        && isSorted(order.stream().filter(axis -> !isOne(shape.get().dim(axis))).toList())
        && facts.shape(node.output()).filter(shape.get()::surelyEquals).isPresent();
  }

  private static boolean isSorted(List<Integer> order) {
    return order.equals(order.stream().sorted().toList());
  }

  private static boolean isOne(Dim dim) {
    return dim instanceof Dim.Known known && known.size() == 1;
  }
}
