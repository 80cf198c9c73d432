package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * An activation that is written out as several nodes: {@code c x (gate(p(x)) + d)} with a
 * polynomial p, whatever the order in which the nodes multiply.
 *
 * @param op what ONNX has for it
 * @param input the value x
 * @param nodes those that compute it
 * @param last the node that makes the result
 * @param constantRank the rank of the number among them that has most axes
 */
record WrittenActivation(Op op, String input, Set<Node> nodes, Node last, int constantRank) {
  private static final double ROOT = Math.sqrt(2 / Math.PI);
  private static final double CUBE = 0.044715;

  /** Nodes behind the gate. */
  private static final int FARTHEST = 5;

  /** What {@code c x (gate + d)} must be. */
  private record Gate(Op op, List<double[]> arguments, double factor, double shift) {}

  /**
   * The activation around a gate: an Erf, a Tanh, a Clip or a HardSigmoid.
   *
   * @param share by which the numbers may differ from those that are meant
   */
  static Optional<WrittenActivation> around(Graph graph, Node gate, double share) {
    if (gate.outputs().size() != 1) {
      return Optional.empty();
    }
    if (isUnary(gate, Op.Unary.Function.TANH)) {
      Optional<Node> softplus =
          graph.producer(gate.input(0)).filter(n -> isUnary(n, Op.Unary.Function.SOFTPLUS));
      if (softplus.isPresent()) {
        Op mish = new Op.Unary(Op.Unary.Function.MISH);
        Gate plain = new Gate(mish, List.of(new double[] {0, 1}), 1, 0);
        return of(graph, gate, softplus.get(), plain, share);
      }
    }
    return gate(graph, gate).flatMap(kind -> of(graph, gate, gate, kind, share));
  }

  private static Optional<Gate> gate(Graph graph, Node node) {
    if (isUnary(node, Op.Unary.Function.ERF)) {
      double[] argument = {0, Math.sqrt(0.5)};
      return Optional.of(new Gate(new Op.Gelu(false), List.of(argument), 0.5, 0.5));
    }
    if (isUnary(node, Op.Unary.Function.TANH)) {
      double[] argument = {0, ROOT, 0, ROOT * CUBE};
      return Optional.of(new Gate(new Op.Gelu(true), List.of(argument), 0.5, 0.5));
    }
    Op swish = new Op.Unary(Op.Unary.Function.HARD_SWISH);
    if (node.op() instanceof Op.HardSigmoid sigmoid
        && sigmoid.alpha() == 1f / 6
        && sigmoid.beta() == 0.5f) {
      return Optional.of(new Gate(swish, List.of(new double[] {0, 1}), 1, 0));
    }
    if (node.op() instanceof Op.Clip clip && bound(graph, node, 1, clip.min()) == 0) {
      double most = bound(graph, node, 2, clip.max());
      if (most == 6) {
        return Optional.of(new Gate(swish, List.of(new double[] {3, 1}), 1.0 / 6, 0));
      }
      if (most == 1) {
        return Optional.of(new Gate(swish, List.of(new double[] {0.5, 1.0 / 6}), 1, 0));
      }
    }
    return Optional.empty();
  }

  private static boolean isUnary(Node node, Op.Unary.Function function) {
    return node.op() instanceof Op.Unary unary && unary.function() == function;
  }

  private static double bound(Graph graph, Node clip, int input, OptionalDouble attribute) {
    Optional<Tensor> constant = graph.constant(clip.input(input)).filter(t -> t.size() == 1);
    return constant.map(t -> t.doubleAt(0)).orElse(attribute.orElse(Double.NaN));
  }

  private static Optional<WrittenActivation> of(
      Graph graph, Node gate, Node first, Gate kind, double share) {
    for (String x : Polynomial.variables(graph, first.input(0))) {
      Optional<Polynomial> argument =
          Polynomial.of(graph, first.input(0), x)
              .filter(p -> kind.arguments.stream().anyMatch(a -> p.isNear(share, a)));
      Optional<WrittenActivation> found =
          argument.flatMap(p -> behind(graph, gate, first, kind, x, p, share));
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /** Follows the gate to where it was multiplied by x, and by the number that is wanted. */
  private static Optional<WrittenActivation> behind(
      Graph graph, Node gate, Node first, Gate kind, String x, Polynomial argument, double share) {
    Set<Node> nodes = new LinkedHashSet<>(argument.nodes());
    nodes.add(first);
    nodes.add(gate);
    int rank = argument.constantRank();
    double factor = 1;
    double shift = 0;
    boolean multiplied = false;
    Node last = gate;
    for (int i = 0; i < FARTHEST; i++) {
      List<Node> readers = graph.readers(last.output()).stream().distinct().toList();
      if (readers.size() != 1 || !(readers.get(0).op() instanceof Op.Binary binary)) {
        return Optional.empty();
      }
      Node reader = readers.get(0);
      boolean left = reader.input(0).equals(last.output());
      Optional<Polynomial> other =
          Polynomial.of(graph, reader.input(left ? 1 : 0), x)
              .filter(p -> !reader.input(0).equals(reader.input(1)));
      if (other.isEmpty()) {
        return Optional.empty();
      }
      OptionalDouble number = other.get().number();
      boolean byX = other.get().isMultiple();
      double by = number.orElse(other.get().coefficients()[1]);
      boolean multiplies = number.isPresent() || byX && !multiplied;
      switch (binary.function()) {
        case ADD, SUB -> {
          boolean adds = binary.function() == Op.Binary.Function.ADD;
          if (number.isEmpty() || multiplied || !left && !adds) {
            return Optional.empty();
          }
          shift += adds ? by : -by;
        }
        case MUL -> {
          if (!multiplies) {
            return Optional.empty();
          }
          factor *= by;
          shift *= by;
          multiplied |= number.isEmpty();
        }
        case DIV -> {
          if (number.isEmpty() || !left) {
            return Optional.empty();
          }
          factor /= by;
          shift /= by;
        }
        default -> {
          return Optional.empty();
        }
      }
      nodes.addAll(other.get().nodes());
      nodes.add(reader);
      rank = Math.max(rank, other.get().constantRank());
      last = reader;
      boolean whole =
          multiplied
              && Polynomial.isNear(factor, kind.factor, share)
              && Polynomial.isNear(shift, kind.shift, share);
      if (whole) {
        return keepsToItself(graph, nodes, last)
            ? Optional.of(new WrittenActivation(kind.op, x, nodes, last, rank))
            : Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** Whether nothing but these nodes reads what they make, except the last one's result. */
  static boolean keepsToItself(Graph graph, Set<Node> nodes, Node last) {
    return nodes.stream()
        .filter(node -> !node.equals(last))
        .flatMap(node -> node.outputs().stream())
        .allMatch(value -> !graph.isOutput(value) && nodes.containsAll(graph.readers(value)));
  }
}
