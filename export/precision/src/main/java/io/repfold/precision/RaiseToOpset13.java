package io.repfold.precision;

import io.repfold.graph.ElementType;
import io.repfold.graph.FreeNames;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Raises a graph of opset 7 to 12 to opset 13, in which weights can have one scale a channel.
 * Attributes that became inputs (ONNX, docs/Changelog.md) become initializers; nothing is computed
 * otherwise than before.
 */
public final class RaiseToOpset13 {
  /** What a graph is raised to: the first opset in which a weight can have one scale a channel. */
  public static final int OPSET = 13;

  private static final int LOWEST = 7;

  private final Graph graph;
  private final Map<String, Value> types;
  private final Graph.Builder raised;
  private final FreeNames names;
  private int stored;

  private RaiseToOpset13(Graph graph) {
    this.graph = graph;
    this.types = ShapeInference.infer(graph);
    this.names = FreeNames.besides(types.keySet());
    this.raised = graph.toBuilder().opset("", OPSET);
  }

  /**
   * The graph in opset 13, or as it is if its opset is not lower.
   *
   * @throws io.repfold.graph.InvalidGraphException if the opset is below 7, or a node may mean
   *     something else in opset 13; names the node and the reason
   */
  public static Graph raise(Graph graph) {
    if (graph.opset() >= OPSET) {
      return graph;
    }
    Check.that(
        graph.opset() >= LOWEST,
        "Graph '%s' has opset %d, and only opsets from %d on can be raised: export the model anew"
            + " with opset 13 or later",
        graph.name(),
        graph.opset(),
        LOWEST);
    return new RaiseToOpset13(graph).run();
  }

  private Graph run() {
    List<Node> nodes = graph.nodes().stream().map(this::raise).toList();
    return raised.replaceNodes(nodes).build();
  }

  private Node raise(Node node) {
    Op op = node.op();
    if (op instanceof Op.Opaque opaque) {
      Optional<Node> restated = RenamedOps.restate(node, opaque, graph.opset(), this::store);
      if (restated.isPresent()) {
        return restated.get();
      }
      Optional<String> change = UnmodeledOps.change(opaque, graph.opset(), OPSET);
      Check.that(
          change.isEmpty(),
          "%s cannot be restated in opset 13, which graph '%s' with opset %d needs: %s. Export the"
              + " model anew with opset 13 or later",
          node.describe(),
          graph.name(),
          graph.opset(),
          change.orElse(""));
      return node;
    }
    if (op instanceof Op.Softmax softmax && softmax.flattens()) {
      return softmax(node, softmax.axis(), new Op.Softmax(softmax.axis(), false));
    }
    if (op instanceof Op.LogSoftmax softmax && softmax.flattens()) {
      return softmax(node, softmax.axis(), new Op.LogSoftmax(softmax.axis(), false));
    }
    if (op instanceof Op.Hardmax hardmax && hardmax.flattens()) {
      return softmax(node, hardmax.axis(), new Op.Hardmax(hardmax.axis(), false));
    }
    if (op instanceof Op.Squeeze squeeze && squeeze.axes().isPresent()) {
      return with(node, new Op.Squeeze(Optional.empty()), longs(squeeze.axes().get()));
    }
    if (op instanceof Op.Unsqueeze unsqueeze && unsqueeze.axes().isPresent()) {
      return with(node, new Op.Unsqueeze(Optional.empty()), longs(unsqueeze.axes().get()));
    }
    if (op instanceof Op.Split split && split.sizes().isPresent()) {
      return with(node, new Op.Split(split.axis(), Optional.empty()), longs(split.sizes().get()));
    }
    if (op instanceof Op.Reduce sum
        && sum.function() == Op.Reduce.Function.SUM
        && sum.axes().isPresent()) {
      Op free = new Op.Reduce(sum.function(), Optional.empty(), sum.keepsDims(), false);
      return with(node, free, longs(sum.axes().get()));
    }
    return raiseOlder(node);
  }

  /** What changed before opset 13. */
  private Node raiseOlder(Node node) {
    Op op = node.op();
    if (op instanceof Op.Clip clip && graph.opset() < 11) {
      return with(
          node, new Op.Clip(OptionalDouble.empty(), OptionalDouble.empty()), clip(node, clip));
    }
    if (op instanceof Op.Pad pad && pad.pads().isPresent()) {
      Op free = new Op.Pad(pad.mode(), Optional.empty(), OptionalDouble.empty());
      String value = pad.value().isPresent() ? real(node, pad.value().getAsDouble()) : "";
      return with(node, free, longs(pad.pads().get()), value);
    }
    if (op instanceof Op.Slice slice && slice.bounds().isPresent()) {
      Op.Slice.Bounds bounds = slice.bounds().get();
      String axes = bounds.axes().isEmpty() ? "" : longs(bounds.axes());
      Op free = new Op.Slice(Optional.empty());
      return with(node, free, longs(bounds.starts()), longs(bounds.ends()), axes);
    }
    if (op instanceof Op.Dropout) {
      return with(node, new Op.Dropout(OptionalDouble.empty()));
    }
    if (op instanceof Op.Resize old && old.legacyInputs()) {
      Op.Resize resize =
          new Op.Resize(
              old.mode(),
              old.coordinates(),
              old.nearestMode(),
              old.cubicCoefficient(),
              old.excludeOutside(),
              old.extrapolationValue(),
              old.antialias(),
              old.axes(),
              old.aspectRatioPolicy(),
              false);
      List<String> inputs = List.of(node.input(0), "", node.input(1));
      return new Node(node.name(), resize, inputs, node.outputs());
    }
    return node;
  }

  /**
   * @param free the op that does not flatten
   */
  private Node softmax(Node node, int axis, Op free) {
    int rank = type(node).flatMap(Value::shape).map(Shape::rank).orElse(-1);
    boolean last = axis == -1 || axis == rank - 1;
    Check.that(
        last,
        "%s flattens its input before axis %d, which opset 13 cannot say: export the model anew with"
            + " opset 13 or later",
        node.describe(),
        axis);
    return new Node(node.name(), free, node.inputs(), node.outputs());
  }

  private String[] clip(Node node, Op.Clip clip) {
    return new String[] {
      clip.min().isPresent() ? real(node, clip.min().getAsDouble()) : "",
      clip.max().isPresent() ? real(node, clip.max().getAsDouble()) : ""
    };
  }

  private Optional<Value> type(Node node) {
    return Optional.ofNullable(types.get(node.input(0)));
  }

  /** A number of the type of the node's input. */
  private String real(Node node, double value) {
    ElementType type = type(node).flatMap(Value::type).orElse(ElementType.FLOAT);
    return store(Tensor.ofDoubles(type, new double[] {value}));
  }

  private String longs(Collection<? extends Number> values) {
    long[] numbers = values.stream().mapToLong(Number::longValue).toArray();
    return store(Tensor.ofLongs(numbers, numbers.length));
  }

  private String store(Tensor tensor) {
    String name = names.fresh("raised_" + stored++);
    raised.initializer(name, tensor);
    return name;
  }

  /** The node with another op, and more inputs behind its first; those at the end may be absent. */
  private static Node with(Node node, Op op, String... more) {
    List<String> inputs = new ArrayList<>(List.of(node.input(0)));
    inputs.addAll(List.of(more));
    while (inputs.get(inputs.size() - 1).isEmpty()) {
      inputs.remove(inputs.size() - 1);
    }
    return new Node(node.name(), op, inputs, node.outputs());
  }
}
