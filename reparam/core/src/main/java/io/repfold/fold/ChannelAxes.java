package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.OpKind;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds out where the channels of each value are. Ops that mix channels say it, constants of a
 * scale a channel say it, and what works element by element takes it from its neighbors: first from
 * those before, then from those behind. Where nobody says anything, values are images.
 */
final class ChannelAxes {
  private final Facts facts;
  private final Graph graph;
  private final Map<String, ChannelAxis> axes = new HashMap<>();

  ChannelAxes(Facts facts) {
    this.facts = facts;
    this.graph = facts.graph();
    forward();
    backward();
    forward();
  }

  /** The axis along which a node mixes channels, or may. */
  ChannelAxis of(Node node) {
    ChannelAxis axis =
        demand(node)
            .or(() -> Optional.ofNullable(axes.get(node.output())))
            .orElse(ChannelAxis.SECOND);
    return facts.shape(node.output()).map(s -> axis.in(s.rank())).orElse(axis);
  }

  private void forward() {
    for (Node node : graph.nodes()) {
      for (String output : node.outputs()) {
        if (!output.isEmpty() && !axes.containsKey(output)) {
          demand(node)
              .or(() -> keepsAxes(node) ? ofInputs(node) : Optional.empty())
              .ifPresent(axis -> axes.put(output, axis));
        }
      }
    }
  }

  private Optional<ChannelAxis> ofInputs(Node node) {
    return node.inputs().stream().filter(axes::containsKey).map(axes::get).findFirst();
  }

  private void backward() {
    List<Node> nodes = graph.nodes();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      Optional<ChannelAxis> axis =
          demand(node)
              .or(
                  () ->
                      keepsAxes(node) && !node.outputs().isEmpty()
                          ? Optional.ofNullable(axes.get(node.output()))
                          : Optional.empty());
      if (axis.isPresent()) {
        node.inputs().stream()
            .filter(input -> !input.isEmpty() && graph.constant(input).isEmpty())
            .forEach(input -> axes.putIfAbsent(input, axis.get()));
      }
    }
  }

  private static boolean keepsAxes(Node node) {
    return switch (OpKind.of(node.op())) {
      case MAPS, COMBINES, JOINS, PASSES, DROPS, CONVERTS -> true;
      default -> false;
    };
  }

  private Optional<ChannelAxis> demand(Node node) {
    Op op = node.op();
    if (op instanceof Op.MatMul) {
      return Optional.of(
          graph.constant(node.input(1)).isEmpty() && graph.constant(node.input(0)).isPresent()
              ? ChannelAxis.SECOND_LAST
              : ChannelAxis.LAST);
    }
    if (op instanceof Op.Gemm) {
      return Optional.of(ChannelAxis.LAST);
    }
    if (op instanceof Op.Conv
        || op instanceof Op.ConvTranspose
        || op instanceof Op.BatchNormalization
        || OpKind.POOLS.includes(op)) {
      return Optional.of(ChannelAxis.SECOND);
    }
    return op instanceof Op.Binary ? ofConstant(node) : Optional.empty();
  }

  /** The axis along which a constant operand has one number each. */
  private Optional<ChannelAxis> ofConstant(Node node) {
    Optional<Tensor> constant =
        graph.constant(node.input(1)).or(() -> graph.constant(node.input(0)));
    Optional<Shape> shape = facts.shape(node.output());
    if (constant.isEmpty() || shape.isEmpty() || constant.get().size() == 1) {
      return Optional.empty();
    }
    int rank = shape.get().rank();
    int offset = rank - constant.get().rank();
    for (ChannelAxis axis : ChannelAxis.values()) {
      int index = axis.in(rank).index(rank) - offset;
      if (axis.in(rank) == axis
          && 0 <= index
          && index < constant.get().rank()
          && constant.get().dim(index) == constant.get().size()) {
        return Optional.of(axis);
      }
    }
    return Optional.empty();
  }
}
