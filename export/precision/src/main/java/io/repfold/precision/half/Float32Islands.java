package io.repfold.precision.half;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.OpKind;
import io.repfold.graph.Tensor;
import io.repfold.precision.FloatValues;
import io.repfold.precision.RaiseToOpset22;
import io.repfold.precision.Range;
import io.repfold.precision.half.HalfReport.Cause;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Decides which nodes stay float32. */
final class Float32Islands {
  private final Graph graph;
  private final FloatValues ports;
  private final HalfOptions options;
  private final HalfFormat format;
  private final HalfConstants weights;
  private final Set<Node> sizes;
  private final IdentityHashMap<Node, KeepReason> verdicts = new IdentityHashMap<>();

  private Float32Islands(FloatValues ports, HalfOptions options) {
    this.graph = ports.graph();
    this.ports = ports;
    this.options = options;
    this.format = HalfFormat.of(options.type());
    this.weights = new HalfConstants(format, options.underflow());
    this.sizes = SizeNodes.of(ports);
  }

  /** The nodes that stay float32, by identity; the others with a type to choose become half. */
  static IdentityHashMap<Node, KeepReason> of(FloatValues ports, HalfOptions options) {
    Float32Islands placement = new Float32Islands(ports, options);
    for (Node node : placement.graph.nodes()) {
      if (ports.chooses(node)) {
        placement.verdict(node).ifPresent(verdict -> placement.verdicts.put(node, verdict));
      }
    }
    placement.joinNeighbors();
    return placement.verdicts;
  }

  private Optional<KeepReason> verdict(Node node) {
    return unknown(node)
        .or(() -> ofOp(node))
        .or(() -> requested(node))
        .or(() -> SensitiveFunctions.of(ports, node, options.ranges(), format))
        .or(() -> reduction(node))
        .or(() -> range(node))
        .or(() -> constants(node));
  }

  private Optional<KeepReason> unknown(Node node) {
    if (node.op() instanceof Op.Opaque op) {
      return Optional.of(
          KeepReason.of(
              Cause.UNKNOWN,
              "repfold does not know the op %s%s, so not whether it computes in %s",
              op.domain().isEmpty() ? "" : op.domain() + ".",
              op.type(),
              format.type()));
    }
    return node.inputs().stream()
        .filter(value -> !value.isEmpty() && ports.type(value).isEmpty())
        .findFirst()
        .map(
            value ->
                KeepReason.of(
                    Cause.UNKNOWN,
                    "the type of its input '%s' is not known; declare it as value_info",
                    value));
  }

  private Optional<KeepReason> ofOp(Node node) {
    if (OpKind.NORMALIZES.includes(node.op())) {
      return Optional.of(
          KeepReason.of(
              Cause.NORMALIZATION,
              "a normalization that is not folded into a layer needs float32 statistics"));
    }
    if (HalfOpsets.since(node.op(), options.type()) > RaiseToOpset22.NEWEST) {
      return Optional.of(
          KeepReason.of(
              Cause.FUNCTION,
              "ONNX has it in %s from opset %d on, and repfold writes opsets up to %d",
              format.type(),
              HalfOpsets.since(node.op(), options.type()),
              RaiseToOpset22.NEWEST));
    }
    if (sizes.contains(node) || node.op() instanceof Op.Range) {
      return Optional.of(
          KeepReason.of(Cause.SIZES, "it computes sizes, scales, indices or positions"));
    }
    if (node.op() instanceof Op.Cast) {
      return ports
          .type(node.input(0))
          .filter(SizeNodes::isWide)
          .map(
              type ->
                  KeepReason.of(
                      Cause.SIZES,
                      "numbers of type %s may be too large for %s",
                      type,
                      format.type()));
    }
    return Optional.empty();
  }

  private Optional<KeepReason> requested(Node node) {
    boolean wanted =
        options.float32().contains(node.name())
            || node.outputs().stream().anyMatch(options.float32()::contains);
    return wanted
        ? Optional.of(KeepReason.of(Cause.REQUESTED, "it was asked for"))
        : Optional.empty();
  }

  private Optional<KeepReason> reduction(Node node) {
    return ReductionSizes.of(ports, node)
        .filter(elements -> elements > options.largestReduction())
        .map(
            elements ->
                KeepReason.of(
                    Cause.REDUCTION,
                    "it sums %s elements, and sums of more than %d stay float32",
                    elements == ReductionSizes.UNKNOWN ? "an unknown number of" : elements,
                    options.largestReduction()));
  }

  private Optional<KeepReason> range(Node node) {
    List<String> values = new ArrayList<>(ports.reads(node));
    values.addAll(ports.writes(node));
    for (String value : values) {
      Range range = options.ranges().get(value);
      double largest = range == null || ports.isConstant(value) ? 0 : range.largest();
      if (largest * options.margin() > format.largest()) {
        return Optional.of(
            KeepReason.of(
                Cause.RANGE,
                "value '%s' is in %s, and %s ends at %.4g (margin %.3g)",
                value,
                range,
                format.type(),
                format.largest(),
                options.margin()));
      }
      if (largest > 0 && largest < format.smallestNormal()) {
        return Optional.of(
            KeepReason.of(
                Cause.RANGE,
                "value '%s' is in %s, below %s's smallest normal number %.2g",
                value,
                range,
                format.type(),
                format.smallestNormal()));
      }
    }
    return Optional.empty();
  }

  private Optional<KeepReason> constants(Node node) {
    for (int i = 0; i < node.inputs().size(); i++) {
      boolean bound = node.op() instanceof Op.Clip && i > 0; // beyond the type it is no bound
      String value = node.input(i);
      if (bound || !ports.reads(node).contains(value)) {
        continue;
      }
      // What vanishes of it was too little to add.
      boolean bias = FloatValues.isBias(node.op(), i);
      Optional<Tensor> tensor = graph.constant(value);
      Optional<String> problem =
          tensor.flatMap(t -> bias ? weights.overflow(value, t) : weights.problem(value, t));
      if (problem.isPresent()) {
        return Optional.of(new KeepReason(Cause.WEIGHTS, problem.get()));
      }
    }
    return Optional.empty();
  }

  /** Half nodes without a convolution or product, around which all is float32, become float32. */
  private void joinNeighbors() {
    Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Node node : graph.nodes()) {
      if (ports.chooses(node) && !verdicts.containsKey(node) && seen.add(node)) {
        join(node, seen);
      }
    }
  }

  private void join(Node first, Set<Node> seen) {
    List<Node> part = new ArrayList<>();
    Deque<Node> open = new ArrayDeque<>(List.of(first));
    Optional<Node> island = Optional.empty();
    while (!open.isEmpty()) {
      Node node = open.remove();
      part.add(node);
      for (Node neighbor : ports.neighbors(node)) {
        if (verdicts.containsKey(neighbor)) {
          island = island.or(() -> Optional.of(neighbor));
        } else if (seen.add(neighbor)) {
          open.add(neighbor);
        }
      }
    }
    boolean heavy = part.stream().anyMatch(node -> FloatValues.isHeavy(node.op()));
    if (!heavy && island.isPresent()) {
      KeepReason verdict =
          KeepReason.of(
              Cause.NEIGHBORS,
              "it is light work beside %s; Casts would cost more than they save",
              island.get().describe());
      part.forEach(node -> verdicts.put(node, verdict));
    }
  }
}
