package io.repfold.view;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Value;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/**
 * What a picture has a box for: an input, a node that computes, or an output. Weights belong to who
 * reads them.
 *
 * @param name of the input or output, or the node's own, or that of its first output
 * @param op "input", "output" or the ONNX {@code op_type}
 * @param node empty for inputs and outputs
 * @param reads values, each once, weights not among them
 * @param writes values
 */
record Entry(String name, String op, Optional<Node> node, List<String> reads, List<String> writes) {
  static final String INPUT = "input";
  static final String OUTPUT = "output";

  Entry {
    reads = List.copyOf(reads);
    writes = List.copyOf(writes);
  }

  /** Inputs, nodes in topological order, outputs. */
  static List<Entry> of(Graph graph, Constants constants) {
    List<Entry> entries = new ArrayList<>();
    for (Value input : graph.requiredInputs()) {
      List<String> writes = List.of(input.name());
      entries.add(new Entry(input.name(), INPUT, Optional.empty(), List.of(), writes));
    }
    for (Node node : graph.nodes()) {
      if (!constants.isMadeBy(node)) {
        entries.add(of(node, constants));
      }
    }
    for (Value output : graph.outputs()) {
      List<String> reads = constants.has(output.name()) ? List.of() : List.of(output.name());
      entries.add(new Entry(output.name(), OUTPUT, Optional.empty(), reads, List.of()));
    }
    return List.copyOf(entries);
  }

  private static Entry of(Node node, Constants constants) {
    LinkedHashSet<String> reads = new LinkedHashSet<>(Graph.reads(node));
    reads.removeIf(constants::has);
    List<String> writes = node.outputs().stream().filter(o -> !o.isEmpty()).toList();
    String name = !node.name().isEmpty() || writes.isEmpty() ? node.name() : writes.get(0);
    return new Entry(name, node.op().type(), Optional.of(node), List.copyOf(reads), writes);
  }

  boolean isNode() {
    return node.isPresent();
  }
}
