package io.repfold.train;

import io.repfold.graph.DeadCode;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.SplitSequences;
import io.repfold.graph.Tensor;
import io.repfold.graph.Untied;
import io.repfold.graph.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A graph that came from elsewhere, as it is trained: it computes the same scores in inference, and
 * its parameters are tensors in float32, each its own.
 *
 * @param notes what was changed, and what whoever trains it should know, a sentence each
 */
record TrainingForm(Graph graph, List<String> notes) {
  private static final int MOST_NAMES = 8;

  TrainingForm {
    notes = List.copyOf(notes);
  }

  static TrainingForm of(Graph given) {
    List<String> notes = new ArrayList<>();
    Graph graph = withoutHead(SplitSequences.asSplits(given), notes);
    graph = withoutUnreadOutputs(graph);
    graph = withStoredWeights(graph, notes);
    Untied untied = Untied.of(graph);
    if (!untied.parted().isEmpty()) {
      notes.add(
          "Parted what the file stores once for several parameters, %d tensors: %s"
              .formatted(untied.parted().size(), few(untied.parted())));
    }
    if (!untied.shared().isEmpty()) {
      List<String> shared =
          untied.shared().entrySet().stream()
              .map(e -> "%s (%s)".formatted(e.getKey(), few(e.getValue())))
              .sorted()
              .toList();
      notes.add(
          "One parameter for several nodes, as of a module that is called more than once: "
              + few(shared));
    }
    fixedStatistics(untied.graph()).ifPresent(notes::add);
    withoutNorms(untied.graph()).ifPresent(notes::add);
    return new TrainingForm(DeadCode.withoutUnread(untied.graph()), notes);
  }

  private static String few(List<String> names) {
    String shown = String.join(", ", names.subList(0, Math.min(names.size(), MOST_NAMES)));
    return names.size() > MOST_NAMES
        ? "%s and %d more".formatted(shown, names.size() - MOST_NAMES)
        : shown;
  }

  /** A loss takes the scores that a Softmax or ArgMax at the end reads. */
  private static Graph withoutHead(Graph graph, List<String> notes) {
    Value output = graph.outputs().get(0);
    Optional<Node> last = graph.producer(output.name()).filter(node -> isHead(node.op()));
    if (last.isEmpty()) {
      return graph;
    }
    String scores = last.get().input(0);
    notes.add(
        "Trains the scores '%s' that %s reads; `repfold export --head` puts a head on them"
            .formatted(scores, last.get().describe()));
    List<Value> outputs = new ArrayList<>(graph.outputs());
    Value declared = graph.declared().get(scores);
    outputs.set(
        0,
        declared != null
            ? declared
            : new Value(scores, Optional.of(ElementType.FLOAT), Optional.empty()));
    return DeadCode.withoutUnread(graph.toBuilder().replaceOutputs(outputs));
  }

  private static boolean isHead(Op op) {
    return op instanceof Op.Softmax
        || op instanceof Op.ArgMax
        || op instanceof Op.Opaque opaque && opaque.type().equals("LogSoftmax");
  }

  /**
   * Masks of Dropout that nothing reads go, and statistics of a BatchNormalization in training
   * mode, which becomes one of inference: training is switched on when it runs.
   */
  private static Graph withoutUnreadOutputs(Graph graph) {
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      boolean read =
          node.outputs().stream()
              .skip(1)
              .anyMatch(o -> !graph.readers(o).isEmpty() || graph.isOutput(o));
      boolean drops = node.op() instanceof Op.Dropout;
      boolean normalizes = node.op() instanceof Op.BatchNormalization;
      if (read || !(drops || normalizes)) {
        nodes.add(node);
        continue;
      }
      Op op =
          node.op() instanceof Op.BatchNormalization norm
              ? new Op.BatchNormalization(norm.epsilon(), norm.momentum(), false)
              : node.op();
      nodes.add(new Node(node.name(), op, node.inputs(), node.outputs().subList(0, 1)));
    }
    return graph.toBuilder().replaceNodes(nodes).build();
  }

  /** Weights that are stored in fewer bits and widened at each run are widened once. */
  private static Graph withStoredWeights(Graph graph, List<String> notes) {
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    List<Node> nodes = new ArrayList<>();
    List<String> widened = new ArrayList<>();
    for (Node node : graph.nodes()) {
      Optional<Tensor> weight =
          graph.isOutput(node.output()) ? Optional.empty() : weight(graph, node);
      if (weight.isEmpty()) {
        nodes.add(node);
      } else {
        initializers.put(node.output(), weight.get());
        widened.add(node.output());
      }
    }
    if (widened.isEmpty()) {
      return graph;
    }
    notes.add("Widened to float32 what the file stores in fewer bits: " + few(widened));
    return graph.toBuilder().replaceNodes(nodes).replaceInitializers(initializers).build();
  }

  /** What a node makes of stored numbers alone, if it makes float32 of them. */
  private static Optional<Tensor> weight(Graph graph, Node node) {
    boolean widens =
        node.op() instanceof Op.Cast cast
                && cast.to() == ElementType.FLOAT
                && graph
                    .constant(node.input(0))
                    .filter(t -> t.type().isFloat() && t.type() != ElementType.FLOAT)
                    .isPresent()
            || node.op() instanceof Op.DequantizeLinear;
    if (!widens || !graph.initializers().containsKey(node.input(0))) {
      return Optional.empty();
    }
    List<NdArray> arrays = new ArrayList<>();
    for (String input : node.inputs()) {
      Optional<Tensor> tensor = graph.constant(input);
      if (tensor.isEmpty()) {
        return Optional.empty();
      }
      arrays.add(NdArray.of(tensor.get()));
    }
    Tensor result = Interpreter.evaluate(node, arrays).get(0).toTensor();
    return result.type() == ElementType.FLOAT ? Optional.of(result) : Optional.empty();
  }

  private static Optional<String> fixedStatistics(Graph graph) {
    List<String> fixed =
        graph.nodes().stream()
            .filter(n -> n.op() instanceof Op.BatchNormalization norm && norm.momentum() == 1)
            .map(Node::describe)
            .toList();
    return fixed.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "Running statistics stay as they are where the momentum is 1 (PyTorch's momentum=None, a"
                + " mean over all batches, cannot be stored in a file): "
                + few(fixed));
  }

  private static Optional<String> withoutNorms(Graph graph) {
    boolean normalizes =
        graph.nodes().stream().anyMatch(n -> n.op().type().endsWith("Normalization"));
    return normalizes
        ? Optional.empty()
        : Optional.of(
            "There is no normalisation; if the network had any, its export folded it away, and"
                + " docs/training.md says how to keep it");
  }
}
