package io.repfold.view;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The values that are weights: initializers, Constants, and what Identity nodes hand on of them, as
 * PyTorch's exporter writes for weights that are equal. None of these has a box.
 */
final class Constants {
  private final Map<String, Tensor> tensors;

  private Constants(Map<String, Tensor> tensors) {
    this.tensors = tensors;
  }

  static Constants of(Graph graph) {
    Map<String, Tensor> tensors = new HashMap<>(graph.initializers());
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.Constant constant) {
        tensors.put(node.output(), constant.value());
      } else if (node.op() instanceof Op.Identity && tensors.containsKey(node.input(0))) {
        tensors.put(node.output(), tensors.get(node.input(0)));
      }
    }
    return new Constants(tensors);
  }

  boolean has(String value) {
    return tensors.containsKey(value);
  }

  Optional<Tensor> tensor(String value) {
    return Optional.ofNullable(tensors.get(value));
  }

  /** Whether a node only gives a weight a name. */
  boolean isMadeBy(Node node) {
    return !node.outputs().isEmpty() && has(node.output());
  }

  /** The names under which a node reads weights. */
  List<String> read(Node node) {
    return node.inputs().stream().filter(this::has).toList();
  }

  List<Tensor> tensors(Node node) {
    return node.inputs().stream().flatMap(input -> tensor(input).stream()).toList();
  }
}
