package io.repfold.precision;

import io.repfold.graph.FreeNames;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A graph restated in a later opset, up to 22: what became an input is made one, by ONNX's list of
 * changes (docs/Changelog.md). {@link RaiseToOpset13} makes the way to opset 13.
 */
public final class RaiseToOpset22 {
  /** The newest opset that a graph can be raised to. */
  public static final int NEWEST = 22;

  private static final int AXES_ARE_INPUTS = 18;

  private final Graph graph;
  private final int opset;
  private final Graph.Builder result;
  private final FreeNames names;

  private RaiseToOpset22(Graph graph, int opset) {
    this.graph = graph;
    this.opset = opset;
    this.names = FreeNames.besides(ShapeInference.infer(graph).keySet());
    this.result = graph.toBuilder().opset("", opset);
  }

  /**
   * The graph in an opset, or as it is if it has a later one.
   *
   * @throws io.repfold.graph.InvalidGraphException if the opset wanted is above 22, an op of the
   *     graph is not known to mean the same in it, or as {@link RaiseToOpset13#raise}; names the
   *     node and says what to do
   */
  public static Graph of(Graph graph, int opset) {
    if (graph.opset() >= opset) {
      return graph;
    }
    Check.that(
        opset <= NEWEST,
        "Graph '%s' has opset %d and needs opset %d: repfold raises opsets up to %d. Export the model"
            + " with opset %d",
        graph.name(),
        graph.opset(),
        opset,
        NEWEST,
        opset);
    return new RaiseToOpset22(RaiseToOpset13.raise(graph), opset).raised();
  }

  private Graph raised() {
    List<Node> nodes = graph.nodes().stream().map(this::raised).toList();
    return result.replaceNodes(nodes).build();
  }

  private Node raised(Node node) {
    if (node.op() instanceof Op.Opaque opaque) {
      boolean moves = graph.opset() < AXES_ARE_INPUTS && opset >= AXES_ARE_INPUTS;
      if (moves && UnmodeledOps.isReduction(opaque)) {
        return reduction(node, opaque);
      }
      UnmodeledOps.change(opaque, graph.opset(), opset)
          .ifPresent(because -> require(false, node, because));
    } else if (node.op() instanceof Op.Reduce reduce && opset >= AXES_ARE_INPUTS) {
      return reduction(node, reduce);
    } else if (node.op() instanceof Op.BatchNormalization norm) {
      require(!norm.training(), node, "it trains, and its outputs changed");
    } else if (node.op() instanceof Op.GroupNormalization norm) {
      require(
          !norm.scalesGroups() || opset < 21,
          node,
          "it scales groups, and from opset 21 on it scales channels");
    } else if (node.op() instanceof Op.Resize resize) {
      require(
          !resize.coordinates().equals("tf_half_pixel_for_nn"), node, "its coordinates went away");
      return resize(node);
    }
    return node;
  }

  private void require(boolean holds, Node node, String because) {
    Check.that(
        holds,
        "%s cannot be restated in opset %d, which graph '%s' needs: %s. Export the model with opset"
            + " %d",
        node.describe(),
        opset,
        graph.name(),
        because,
        opset);
  }

  private Node reduction(Node node, Op.Reduce reduce) {
    List<Integer> axes = reduce.axes().orElse(List.of());
    Op op =
        new Op.Reduce(
            reduce.function(), Optional.empty(), reduce.keepsDims(), reduce.noopWithoutAxes());
    List<String> inputs =
        axes.isEmpty() ? node.inputs() : List.of(node.input(0), store(node, axes));
    return new Node(node.name(), op, inputs, node.outputs());
  }

  private Node reduction(Node node, Op.Opaque reduce) {
    Map<String, Object> attributes = new HashMap<>(reduce.attributes());
    if (!(attributes.remove("axes") instanceof List<?> axes)) {
      return node;
    }
    Op op = new Op.Opaque(reduce.domain(), reduce.type(), attributes, reduce.captures());
    List<Integer> numbers = axes.stream().map(axis -> ((Number) axis).intValue()).toList();
    return new Node(node.name(), op, List.of(node.input(0), store(node, numbers)), node.outputs());
  }

  private String store(Node node, List<Integer> axes) {
    String name = names.fresh(node.output() + "_axes");
    long[] values = axes.stream().mapToLong(Integer::longValue).toArray();
    result.initializer(name, Tensor.ofLongs(values, values.length));
    return name;
  }

  /** Up to opset 12, a region or scales that are left out are empty tensors. */
  private Node resize(Node node) {
    List<String> inputs = new ArrayList<>(node.inputs());
    for (int i = 1; i < inputs.size(); i++) {
      if (graph.constant(inputs.get(i)).filter(t -> t.size() == 0).isPresent()) {
        inputs.set(i, "");
      }
    }
    return new Node(node.name(), node.op(), inputs, node.outputs());
  }
}
