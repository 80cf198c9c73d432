package io.repfold.train;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Takes the number of images out of the shapes that an export has written down. Where the batch is
 * the first axis, or a part of it,
 *
 * <pre>
 *   Reshape(x, [N, 2, 24, 8, 8])   becomes   Reshape(x, [-1, 2, 24, 8, 8])
 *   Reshape(x, [N, -1, 64])        becomes   Reshape(x, [0, -1, 64])
 * </pre>
 *
 * <p>Whether it was, the numbers alone do not say: whoever uses the result holds it against the
 * original.
 */
final class OpenBatch {
  private OpenBatch() {}

  /**
   * @param fixed the number of images that the graph was exported for
   * @return empty if no shape holds it
   */
  static Optional<Graph> of(Graph graph, long fixed) {
    Map<String, Tensor> shapes = new HashMap<>();
    List<Node> nodes = new ArrayList<>();
    Set<String> content = new HashSet<>();
    graph.inputs().stream()
        .map(Value::name)
        .filter(name -> !graph.initializers().containsKey(name))
        .forEach(content::add);
    for (Node node : graph.nodes()) {
      Optional<long[]> open = Optional.empty();
      if (node.inputs().stream().anyMatch(content::contains)) {
        content.addAll(node.outputs());
        open = shape(graph, node).flatMap(shape -> opened(shape, fixed));
      }
      if (open.isEmpty()) {
        nodes.add(node);
        continue;
      }
      String name = node.output() + "/open shape";
      shapes.put(name, Tensor.ofLongs(open.get(), open.get().length));
      nodes.add(new Node(node.name(), node.op(), List.of(node.input(0), name), node.outputs()));
    }
    if (shapes.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Tensor> initializers = new HashMap<>(graph.initializers());
    initializers.putAll(shapes);
    return Optional.of(
        graph.toBuilder().replaceNodes(nodes).replaceInitializers(initializers).build());
  }

  private static Optional<long[]> shape(Graph graph, Node node) {
    return node.op() instanceof Op.Reshape reshape && !reshape.allowZero()
        ? graph.constant(node.input(1)).map(Tensor::toLongs)
        : Optional.empty();
  }

  private static Optional<long[]> opened(long[] shape, long fixed) {
    if (shape.length == 0 || shape[0] <= 0 || shape[0] % fixed != 0) {
      return Optional.empty();
    }
    boolean hasRest = false;
    for (long size : shape) {
      hasRest |= size == -1;
    }
    if (hasRest && shape[0] != fixed) {
      return Optional.empty();
    }
    long[] open = shape.clone();
    open[0] = hasRest ? 0 : -1;
    return Optional.of(open);
  }
}
