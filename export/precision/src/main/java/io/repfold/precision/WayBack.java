package io.repfold.precision;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.OpKind;
import io.repfold.graph.Tensor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The way from a value back to the node that says what it means. */
final class WayBack {
  private final Graph graph;
  private final Deque<Node> movers = new ArrayDeque<>();
  private boolean scaled;
  private boolean resized;
  private Optional<Node> source = Optional.empty();

  private WayBack(Graph graph) {
    this.graph = graph;
  }

  static WayBack of(Graph graph, String value) {
    WayBack way = new WayBack(graph);
    way.walk(value);
    return way;
  }

  /** The first node, from behind, that does more than to give its input on; empty for none. */
  Optional<Node> source() {
    return source;
  }

  /** Those that move axes or give another shape, the one next to the source first. */
  Iterable<Node> movers() {
    return movers;
  }

  /** Whether other numbers come of it than the source gives, by a constant. */
  boolean isScaled() {
    return scaled;
  }

  boolean isResized() {
    return resized;
  }

  static boolean isSigmoid(Op op) {
    return op instanceof Op.HardSigmoid
        || (op instanceof Op.Unary unary && unary.function() == Op.Unary.Function.SIGMOID);
  }

  private void walk(String value) {
    Optional<Node> node = graph.producer(value);
    while (node.isPresent()) {
      Optional<String> before = before(node.get());
      if (before.isEmpty()) {
        source = node;
        return;
      }
      if (ClassAxisSearch.moves(node.get().op())) {
        movers.push(node.get());
      }
      node = graph.producer(before.get());
    }
  }

  /** The input that a node gives on, changed at most in ways that keep what it means. */
  private Optional<String> before(Node node) {
    Op op = node.op();
    return switch (OpKind.of(op)) {
      case CONVERTS, PASSES, DROPS, RESHAPES, QUANTIZES, REARRANGES -> Optional.of(node.input(0));
      case MAPS -> isSigmoid(op) ? Optional.empty() : Optional.of(node.input(0));
      case RESIZES -> {
        resized = true;
        yield Optional.of(node.input(0));
      }
      case MOVES ->
          op instanceof Op.Transpose || op instanceof Op.Pad || op instanceof Op.Slice
              ? Optional.of(node.input(0))
              : Optional.empty();
      case NORMALIZES ->
          op instanceof Op.BatchNormalization ? Optional.of(node.input(0)) : Optional.empty();
      case COMBINES -> combined(node);
      default -> Optional.empty();
    };
  }

  private Optional<String> combined(Node node) {
    List<String> computed =
        node.inputs().stream()
            .skip(node.op() instanceof Op.Where ? 1 : 0)
            .filter(input -> graph.constant(input).isEmpty())
            .toList();
    if (computed.size() == 1) {
      scaled |=
          node.inputs().stream()
              .flatMap(input -> graph.constant(input).stream())
              .anyMatch(constant -> !isNeutral(constant));
      return Optional.of(computed.get(0));
    }
    boolean sum =
        node.op().equals(new Op.Binary(Op.Binary.Function.ADD)) || node.op() instanceof Op.Variadic;
    return sum && !computed.isEmpty() ? Optional.of(computed.get(0)) : Optional.empty();
  }

  /** Whether a constant is one number, of at most 1 if it is real: it keeps what is meant. */
  private static boolean isNeutral(Tensor constant) {
    return constant.size() == 1
        && (!constant.type().isFloat() || Math.abs(constant.doubleAt(0)) <= 1);
  }
}
