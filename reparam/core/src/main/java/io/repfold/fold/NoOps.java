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
 * Squeeze, Expand, Slice and Pad to the shape that is there, Concat of one; and the second of two
 * equal Pads.
 */
final class NoOps {
  private static final long LARGEST_NEUTRAL = 1 << 16;

  private NoOps() {}

  static Graph removed(Graph graph) {
    Facts facts = new Facts(graph);
    Renaming renaming = new Renaming(graph);
    Map<List<Object>, String> pads = new HashMap<>();
    for (Node node : graph.nodes()) {
      if (passesOn(node, facts)) {
        renaming.bypass(node, node.input(0));
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

  private static boolean passesOn(Node node, Facts facts) {
    Op op = node.op();
    long wanted = node.outputs().stream().filter(o -> !o.isEmpty()).count();
    if (wanted == 0 || wanted > 1 && !(op instanceof Op.Dropout)) {
      return false;
    }
    if (op instanceof Op.Identity || op instanceof Op.Concat && node.inputs().size() == 1) {
      return true;
    }
    if (op instanceof Op.Binary binary) {
      return isNeutral(node, binary.function(), facts);
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
   * {@code x + 0}, {@code x - 0}, {@code x * 1} and {@code x / 1} with a constant that does not
   * broadcast x.
   */
  private static boolean isNeutral(Node node, Op.Binary.Function function, Facts facts) {
    double neutral =
        switch (function) {
          case ADD, SUB -> 0;
          case MUL, DIV -> 1;
          case POW, EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, AND, OR -> Double.NaN;
        };
    Optional<Tensor> constant = facts.graph().constant(node.input(1));
    return constant.isPresent()
        && constant.get().type().isFloat()
        && constant.get().size() <= LARGEST_NEUTRAL
        && Arrays.stream(constant.get().toDoubles()).allMatch(c -> c == neutral)
        && (constant.get().rank() == 0
            || facts
                .shape(node.input(0))
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
