package io.repfold.train;

import io.repfold.djl.ParameterNames;
import io.repfold.graph.DeadCode;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
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
    return of(given, false);
  }

  /**
   * @param rounding whether integers stay integers in the forward pass
   */
  static TrainingForm of(Graph given, boolean rounding) {
    List<String> notes = new ArrayList<>();
    Graph graph = withoutHead(SplitSequences.asSplits(given), notes);
    graph = withoutUnreadOutputs(graph);
    graph = withLearnableBounds(withStoredWeights(graph, rounding, notes), notes);
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
    statistics(untied.graph(), 1, "Running statistics stay as they are where the momentum is 1")
        .ifPresent(notes::add);
    statistics(
            untied.graph(),
            0,
            "Running statistics are those of the last batch where the momentum is 0")
        .ifPresent(notes::add);
    replaceable(untied.graph()).ifPresent(notes::add);
    if (rounding) {
      return new TrainingForm(RealWeights.of(untied.graph()), notes);
    }
    withoutNorms(untied.graph()).ifPresent(notes::add);
    return new TrainingForm(DeadCode.withoutUnread(untied.graph()), notes);
  }

  /** Names for a message, of which there may be many. */
  static String few(List<String> names) {
    String shown = String.join(", ", names.subList(0, Math.min(names.size(), MOST_NAMES)));
    return names.size() > MOST_NAMES
        ? "%s and %d more".formatted(shown, names.size() - MOST_NAMES)
        : shown;
  }

  /** A loss takes the scores that a Softmax or ArgMax at the end reads. */
  private static Graph withoutHead(Graph graph, List<String> notes) {
    String scores = graph.outputs().get(0).name();
    List<Node> heads = new ArrayList<>();
    Optional<Node> last = handedOn(graph, scores);
    while (last.filter(node -> isHead(graph, node)).isPresent()) {
      heads.add(last.get());
      scores = last.get().input(0);
      last = handedOn(graph, scores);
    }
    if (heads.isEmpty()) {
      probabilities(last).ifPresent(notes::add);
      return graph;
    }
    notes.add(
        "Trains the scores '%s', before %s; `repfold export --head` puts a head on them"
            .formatted(scores, few(heads.stream().map(Node::describe).toList())));
    List<Value> outputs = new ArrayList<>(graph.outputs());
    Value declared = graph.declared().get(scores);
    outputs.set(
        0,
        declared != null
            ? declared
            : new Value(scores, Optional.of(ElementType.FLOAT), Optional.empty()));
    String name = scores;
    List<Value> others =
        outputs.stream().skip(1).filter(other -> !other.name().equals(name)).toList();
    outputs.subList(1, outputs.size()).clear();
    outputs.addAll(others);
    return DeadCode.withoutUnread(graph.toBuilder().replaceOutputs(outputs));
  }

  /** The node that makes a value, before those that hand it on unchanged. */
  private static Optional<Node> handedOn(Graph graph, String value) {
    Optional<Node> node = graph.producer(value);
    while (node.isPresent()
        && (node.get().op() instanceof Op.Identity
            || node.get().op() instanceof Op.Cast cast && cast.to() == ElementType.FLOAT)) {
      node = graph.producer(node.get().input(0));
    }
    return node;
  }

  /** Over the classes, which are axis 1; of scores without pixels, the last one too. */
  private static boolean isHead(Graph graph, Node node) {
    if (node.op() instanceof Op.Softmax softmax) {
      return isOverClasses(graph, node, softmax.axis());
    }
    if (node.op() instanceof Op.ArgMax argMax) {
      return isOverClasses(graph, node, argMax.axis());
    }
    return node.op() instanceof Op.LogSoftmax softmax && isOverClasses(graph, node, softmax.axis());
  }

  private static boolean isOverClasses(Graph graph, Node node, long axis) {
    if (axis >= 0) {
      return axis == 1;
    }
    Optional<Shape> shape =
        Optional.ofNullable(ShapeInference.infer(graph).get(node.input(0))).flatMap(Value::shape);
    return shape.map(scores -> scores.rank() + axis == 1).orElse(axis == -1);
  }

  private static Optional<String> probabilities(Optional<Node> last) {
    return last.filter(
            node ->
                node.op() instanceof Op.Softmax
                    || node.op() instanceof Op.Unary unary
                        && unary.function() == Op.Unary.Function.SIGMOID)
        .map(
            node ->
                "The scores come out of %s, and the losses take logits: what is before it trains"
                        .formatted(node.describe())
                    + " better, as a first output");
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
  private static Graph withStoredWeights(Graph graph, boolean rounding, List<String> notes) {
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    List<Node> nodes = new ArrayList<>();
    List<String> widened = new ArrayList<>();
    for (Node node : graph.nodes()) {
      Optional<Tensor> weight =
          graph.isOutput(node.output()) || rounding && node.op() instanceof Op.DequantizeLinear
              ? Optional.empty()
              : weight(graph, node);
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

  /**
   * A Clip between numbers that are named as parameters are becomes a Max and a Min, by which the
   * bounds have a gradient.
   */
  private static Graph withLearnableBounds(Graph graph, List<String> notes) {
    List<Node> nodes = new ArrayList<>();
    List<String> bounds = new ArrayList<>();
    for (Node node : graph.nodes()) {
      List<String> learnable =
          node.op() instanceof Op.Clip
              ? node.inputs().stream()
                  .skip(1)
                  .filter(name -> graph.initializers().containsKey(name) && !graph.isInput(name))
                  .filter(ParameterNames::isOne)
                  .toList()
              : List.of();
      if (learnable.isEmpty()) {
        nodes.add(node);
        continue;
      }
      bounds.addAll(learnable);
      boolean hasMax = node.inputs().size() > 2 && !node.input(2).isEmpty();
      String value = node.input(0);
      if (!node.input(1).isEmpty()) {
        String above = hasMax ? node.output() + "/above" : node.output();
        nodes.add(bound(Op.Variadic.Function.MAX, value, node.input(1), above));
        value = above;
      }
      if (hasMax) {
        nodes.add(bound(Op.Variadic.Function.MIN, value, node.input(2), node.output()));
      }
    }
    if (bounds.isEmpty()) {
      return graph;
    }
    notes.add("Max and Min stand for Clip, for its bounds to learn: " + few(bounds));
    return graph.toBuilder().replaceNodes(nodes).build();
  }

  private static Node bound(Op.Variadic.Function function, String x, String bound, String y) {
    return new Node("", new Op.Variadic(function), List.of(x, bound), List.of(y));
  }

  private static Optional<String> statistics(Graph graph, float momentum, String effect) {
    List<String> nodes =
        graph.nodes().stream()
            .filter(n -> n.op() instanceof Op.BatchNormalization b && b.momentum() == momentum)
            .map(Node::describe)
            .toList();
    return nodes.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%s (PyTorch's momentum=None, a mean over all batches, cannot be stored in a file): %s"
                .formatted(effect, few(nodes)));
  }

  private static Optional<String> replaceable(Graph graph) {
    List<String> names =
        graph.initializers().entrySet().stream()
            .filter(e -> e.getValue().type().isFloat() && graph.isInput(e.getKey()))
            .map(Map.Entry::getKey)
            .sorted()
            .toList();
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "Callers may replace initializers that are inputs too, so these do not learn (repfold fold"
                + " --constant-weights makes them weights): "
                + few(names));
  }

  private static Optional<String> withoutNorms(Graph graph) {
    boolean normalizes =
        graph.nodes().stream().anyMatch(n -> n.op().type().endsWith("Normalization"));
    return normalizes
        ? Optional.empty()
        : Optional.of(
            "There is no normalization; if the network had any, its export folded it away. PyTorch keeps"
                + " it with torch.onnx.export(..., dynamo=False, do_constant_folding=False,"
                + " training=torch.onnx.TrainingMode.TRAINING), or dynamo=True, optimize=False");
  }
}
