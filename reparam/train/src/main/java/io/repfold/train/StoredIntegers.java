package io.repfold.train;

import io.repfold.djl.RoundedTensor;
import io.repfold.graph.DeadCode;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Integers in the place of weights that are rounded to them each time, as runtimes want them. */
final class StoredIntegers {
  private final Graph graph;
  private final Map<String, Tensor> initializers;
  private final Set<String> done = new HashSet<>();

  private StoredIntegers(Graph graph) {
    this.graph = graph;
    this.initializers = new LinkedHashMap<>(graph.initializers());
  }

  /** The graph as it is if no weight is rounded. */
  static Graph of(Graph graph) {
    return new StoredIntegers(graph).written();
  }

  private Graph written() {
    List<Node> nodes = new ArrayList<>(graph.nodes());
    for (Node node : graph.nodes()) {
      Optional<RoundedTensor> rounded =
          RoundedTensor.readBy(graph, node).filter(found -> isStored(found.real()));
      rounded.ifPresent(this::store);
    }
    if (done.isEmpty()) {
      return graph;
    }
    nodes.removeIf(node -> node.outputs().stream().anyMatch(done::contains));
    return DeadCode.withoutUnread(
        graph.toBuilder().replaceNodes(nodes).replaceInitializers(initializers));
  }

  private boolean isStored(String real) {
    return graph.initializers().containsKey(real) && !graph.isInput(real);
  }

  private void store(RoundedTensor found) {
    if (!done.add(found.integers())) {
      return;
    }
    Tensor real = graph.constant(found.real()).orElseThrow();
    double[] steps = graph.constant(found.rounding().input(1)).orElseThrow().toDoubles();
    Optional<Tensor> zeros = zeroPoints(found.rounding());
    boolean quantizes = found.rounding().op() instanceof Op.QuantizeLinear;
    ElementType type =
        quantizes ? zeros.map(Tensor::type).orElse(ElementType.UINT8) : ElementType.INT32;
    double least = Math.max(type.least(), clip(found, 1, type.least()));
    double most = Math.min(type.most(), clip(found, 2, type.most()));
    int axis = found.rounding().op() instanceof Op.QuantizeLinear quantize ? quantize.axis() : 0;
    int inner = steps.length == 1 ? 1 : inner(real, axis);
    double[] values = real.toDoubles();
    for (int i = 0; i < values.length; i++) {
      int step = i / inner % steps.length;
      double zero = zeros.map(z -> z.doubleAt(z.size() == 1 ? 0 : step)).orElse(0.0);
      // As the engine divides, in float32.
      double whole = Math.rint((float) values[i] / (float) steps[step]) + zero;
      values[i] = Math.max(least, Math.min(most, whole));
    }
    initializers.put(found.integers(), Tensor.ofDoubles(type, values, real.dims()));
  }

  private double clip(RoundedTensor found, int input, double otherwise) {
    return found
        .clip()
        .filter(clip -> clip.inputs().size() > input)
        .flatMap(clip -> graph.constant(clip.input(input)))
        .map(bound -> bound.doubleAt(0))
        .orElse(otherwise);
  }

  private static int inner(Tensor tensor, int axis) {
    int inner = 1;
    for (int i = (axis < 0 ? axis + tensor.rank() : axis) + 1; i < tensor.rank(); i++) {
      inner *= Math.toIntExact(tensor.dim(i));
    }
    return inner;
  }

  private Optional<Tensor> zeroPoints(Node node) {
    return node.op() instanceof Op.QuantizeLinear
            && node.inputs().size() > 2
            && !node.input(2).isEmpty()
        ? graph.constant(node.input(2))
        : Optional.empty();
  }
}
