package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.OpKind;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Removes nodes that pass their input on: adding 0 or multiplying by 1, a BatchNormalization that
 * does both, Identity, Dropout at inference, Cast to the type that is there, Reshape, Flatten,
 * Squeeze, Expand, Slice and Pad to the shape that is there, Concat and Sum of one; and the second
 * of two equal Pads.
 */
final class NoOps {
  private static final long LARGEST_NEUTRAL = 1 << 16;

  private NoOps() {}

  static Graph removed(Facts facts) {
    Graph graph = facts.graph();
    Renaming renaming = new Renaming(graph);
    Map<List<Object>, String> pads = new HashMap<>();
    for (Node node : graph.nodes()) {
      Optional<String> passedOn = passedOn(node, facts);
      if (passedOn.isPresent()) {
        renaming.bypass(node, passedOn.get());
      } else if (node.op() instanceof Op.Pad) {
        List<Object> key =
            List.of(
                node.op(),
                node.inputs().stream()
                    .map(i -> graph.constant(i).<Object>map(t -> t).orElse(i))
                    .toList());
        String first = pads.putIfAbsent(key, node.output());
        if (first != null) {
          renaming.bypass(node, first);
        }
      }
    }
    return renaming.isEmpty() ? graph : renaming.apply();
  }

  private static Optional<String> passedOn(Node node, Facts facts) {
    if (node.op() instanceof Op.Binary binary) {
      return node.outputs().size() == 1 ? beside(node, binary.function(), facts) : Optional.empty();
    }
    return passesOn(node, facts) ? Optional.of(node.input(0)) : Optional.empty();
  }

  private static boolean passesOn(Node node, Facts facts) {
    Op op = node.op();
    long wanted = node.outputs().stream().filter(o -> !o.isEmpty()).count();
    if (wanted == 0 || wanted > 1 && !(op instanceof Op.Dropout)) {
      return false;
    }
    boolean joins = op instanceof Op.Concat || op instanceof Op.Variadic;
    if (op instanceof Op.Identity || joins && node.inputs().size() == 1) {
      return true;
    }
    if (op instanceof Op.BatchNormalization) {
      return new LinearOps(facts).of(node) instanceof Linearity.Linear linear
          && linear.operands().get(0).map().isIdentity();
    }
    if (op instanceof Op.Dropout) {
      return isInference(node, facts.graph());
    }
    if (op instanceof Op.Cast cast) {
      return facts.type(node.input(0)).filter(t -> t == cast.to()).isPresent();
    }
    boolean keepsElements =
        OpKind.RESHAPES.includes(op)
            || op instanceof Op.Expand
            || op instanceof Op.Slice && stepsForward(node, facts.graph())
            || op instanceof Op.Pad && padsNothing(node, facts.graph());
    Optional<Shape> before = facts.shape(node.input(0));
    return keepsElements
        && before.isPresent()
        && facts.shape(node.output()).filter(before.get()::surelyEquals).isPresent();
  }

  /**
   * The value that {@code x + 0}, {@code x - 0}, {@code x * 1} or {@code x / 1} passes on, with a
   * constant that does not broadcast x; for sums and products on either side.
   */
  private static Optional<String> beside(Node node, Op.Binary.Function function, Facts facts) {
    double neutral =
        switch (function) {
          case ADD, SUB -> 0;
          case MUL, DIV -> 1;
          case POW, EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, AND, OR -> Double.NaN;
        };
    boolean commutes = function == Op.Binary.Function.ADD || function == Op.Binary.Function.MUL;
    if (isNeutral(node, 1, neutral, facts)) {
      return Optional.of(node.input(0));
    }
    return commutes && isNeutral(node, 0, neutral, facts)
        ? Optional.of(node.input(1))
        : Optional.empty();
  }

  private static boolean isNeutral(Node node, int input, double neutral, Facts facts) {
    Optional<Tensor> constant = facts.graph().constant(node.input(input));
    return constant.isPresent()
        && constant.get().type().isFloat()
        && constant.get().size() <= LARGEST_NEUTRAL
        && Arrays.stream(constant.get().toDoubles()).allMatch(c -> c == neutral)
        && (constant.get().rank() == 0
            || facts
                .shape(node.input(1 - input))
                .flatMap(before -> facts.shape(node.output()).filter(before::surelyEquals))
                .isPresent());
  }

  private static boolean isInference(Node node, Graph graph) {
    boolean maskUnread =
        node.outputs().size() < 2
            || node.outputs().get(1).isEmpty()
            || graph.readers(node.outputs().get(1)).isEmpty()
                && !graph.isOutput(node.outputs().get(1));
    boolean training =
        !node.input(2).isEmpty()
            && graph.constant(node.input(2)).map(t -> t.doubleAt(0) != 0).orElse(true);
    return maskUnread && !training;
  }

  private static boolean stepsForward(Node node, Graph graph) {
    return node.input(4).isEmpty()
        || graph
            .constant(node.input(4))
            .filter(t -> Arrays.stream(t.toLongs()).allMatch(s -> s > 0))
            .isPresent();
  }

  private static boolean padsNothing(Node node, Graph graph) {
    Op.Pad pad = (Op.Pad) node.op();
    return pad.pads()
        .map(p -> p.stream().allMatch(x -> x == 0))
        .orElseGet(
            () ->
                graph
                    .constant(node.input(1))
                    .map(Tensor::toLongs)
                    .filter(p -> Arrays.stream(p).allMatch(x -> x == 0))
                    .isPresent());
  }
}
