package io.repfold.graph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A graph in which each parameter is a tensor of its own.
 *
 * <p>Exporters and optimizers store equal tensors once. In a freshly initialized network, the scale
 * of one batch normalization and the running variance of another are equal and yet two parameters:
 *
 * <pre>
 *   Given:   b = Identity(a);  y = BatchNormalization(x, a, c, c, b);  z = Conv(y, w, c)
 *   Result:  y = BatchNormalization(x, a, c, y/mean, b);  z = Conv(y, w, z/bias)     b = a, ...
 * </pre>
 *
 * <p>Sharing alone does not tell: a module that is called twice is one parameter as well. {@link
 * MergedTensors} finds out whether equal tensors were merged in this file at all. If so, those are
 * parted whose elements are all equal, as zeros and ones are, unless the nodes that read them are
 * one module that is called twice. Tensors with differing elements stay one parameter: random or
 * trained numbers are not equal by chance. Only the statistics of a batch normalization are parted
 * from its scale and shift always. All of this is so for initializers and for Constant nodes.
 *
 * @param graph computes what the given one computes
 * @param parted names of the tensors that are copies now
 * @param shared names of the parameters that more than one layer reads, with these nodes
 */
public record Untied(Graph graph, List<String> parted, Map<String, List<String>> shared) {
  public Untied {
    parted = List.copyOf(parted);
    shared = Map.copyOf(shared);
  }

  /**
   * Parts the tensors of a graph. What the graph's callers may replace, and what a subgraph reads,
   * is left as it is.
   */
  public static Untied of(Graph graph) {
    List<String> parted = new ArrayList<>();
    boolean keepsTwins = MergedTensors.hasTwins(graph);
    Graph direct = withoutIdentities(graph, parted, !keepsTwins);
    // Where Identities part what was merged, nodes that read one name read one parameter.
    boolean merges =
        !keepsTwins && (parted.isEmpty() || TensorUses.of(direct).hasStatisticInOtherRole());
    Graph own = withOwnTensors(direct, parted, merges ? MergedTensors.of(direct) : tensor -> false);
    Map<String, List<String>> shared = new TreeMap<>();
    TensorUses uses = TensorUses.of(own);
    for (String name : uses.tensors()) {
      List<String> nodes =
          uses.of(name).stream()
              .filter(TensorUses.Use::isOfLayer)
              .map(use -> use.node().describe())
              .distinct()
              .toList();
      if (nodes.size() > 1) {
        shared.put(name, nodes);
      }
    }
    return new Untied(own, parted, shared);
  }

  /** Identities of tensors become tensors, or give way to what they hand on. */
  private static Graph withoutIdentities(Graph graph, List<String> parted, boolean merges) {
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Map<String, String> instead = new LinkedHashMap<>();
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      Node renamed = Renames.inputs(node, instead);
      String source = renamed.input(0);
      Optional<Tensor> tensor =
          Optional.ofNullable(tensors.get(source))
              .or(() -> graph.constant(source))
              .filter(t -> t.type().isFloat());
      if (tensor.isEmpty() || !hands(graph, node)) {
        nodes.add(renamed);
      } else if (merges && tensor.get().isUniform()) {
        tensors.put(node.output(), tensor.get());
        parted.add(node.output());
        if (initializers.containsKey(source)) {
          initializers.put(node.output(), tensor.get());
        } else {
          Op constant = new Op.Constant(tensor.get());
          nodes.add(new Node(node.name(), constant, List.of(), node.outputs()));
        }
      } else {
        instead.put(node.output(), source);
      }
    }
    return graph.toBuilder().replaceNodes(nodes).replaceInitializers(initializers).build();
  }

  private static boolean hands(Graph graph, Node node) {
    return node.op() instanceof Op.Identity
        && !graph.isOutput(node.output())
        && !Renames.isCaptured(graph, node.output());
  }

  private static Graph withOwnTensors(Graph graph, List<String> parted, Predicate<String> merged) {
    TensorUses uses = TensorUses.of(graph);
    FreeNames names = FreeNames.ofValues(graph);
    Map<Node, Map<Integer, String>> changes = new LinkedHashMap<>();
    Graph.Builder builder = graph.toBuilder();
    List<Node> constants = new ArrayList<>();
    for (String name : uses.tensors()) {
      List<List<TensorUses.Use>> parts = uses.parts(name, merged);
      for (List<TensorUses.Use> part : parts.subList(1, parts.size())) {
        TensorUses.Use first = part.get(0);
        String copy = names.fresh(first.node().output() + "/" + first.role());
        parted.add(copy);
        Tensor tensor = graph.constant(name).orElseThrow();
        if (graph.initializers().containsKey(name)) {
          builder.initializer(copy, tensor);
        } else {
          constants.add(new Node(copy, new Op.Constant(tensor), List.of(), List.of(copy)));
        }
        part.forEach(
            use ->
                changes
                    .computeIfAbsent(use.node(), node -> new LinkedHashMap<>())
                    .put(use.input(), copy));
      }
    }
    List<Node> nodes = new ArrayList<>(constants);
    for (Node node : graph.nodes()) {
      Map<Integer, String> changed = changes.getOrDefault(node, Map.of());
      List<String> inputs = new ArrayList<>(node.inputs());
      changed.forEach(inputs::set);
      nodes.add(new Node(node.name(), node.op(), inputs, node.outputs()));
    }
    return builder.replaceNodes(nodes).build();
  }
}
