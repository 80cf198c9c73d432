package io.repfold.fold;

import io.repfold.graph.DeadCode;
import io.repfold.graph.ElementType;
import io.repfold.graph.FloatFormat;
import io.repfold.graph.FreeNames;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes fewer nodes of scales and shifts in a row that nothing takes in.
 *
 * <pre>
 *   Given:   %1 = Mul(%0, a); %2 = Mul(%1, b)
 *   Result:  %2 = Mul(%0, a b)
 * </pre>
 */
final class ScaleChains {
  private final Facts facts;
  private final Graph graph;
  private final LinearOps linearOps;
  private final FoldedGraphWriter writer;
  private final Map<String, Chain> chains = new LinkedHashMap<>();

  /** Nodes in a row, and what they do together. */
  private record Chain(List<Node> nodes, Affine map, ChannelAxis axis) {
    Node last() {
      return nodes.get(nodes.size() - 1);
    }

    boolean hasNorm() {
      return nodes.stream().anyMatch(n -> n.op() instanceof Op.BatchNormalization);
    }

    double[] factors() {
      return map.weights().diagonal().orElseThrow();
    }

    boolean multiplies() {
      return !map.weights().isIdentity();
    }

    /** How many nodes it takes. */
    int needed() {
      int both = (multiplies() ? 1 : 0) + (map.hasBias() ? 1 : 0);
      return Math.max(1, hasNorm() ? Math.min(1, both) : both);
    }
  }

  ScaleChains(Analysis analysis, FoldedGraphWriter writer) {
    this.facts = analysis.facts();
    this.graph = analysis.graph();
    this.linearOps = new LinearOps(facts);
    this.writer = writer;
    if (facts.broadcasts()) {
      for (Node node : graph.nodes()) {
        if (scale(node).isPresent() && !continues(node)) {
          add(node);
        }
      }
    }
  }

  private Optional<Linearity.Linear> scale(Node node) {
    return !node.outputs().isEmpty()
            && writer.isKept(node)
            && linearOps.of(node) instanceof Linearity.Linear linear
            && linear.isScale()
        ? Optional.of(linear)
        : Optional.empty();
  }

  /** Whether the chain began at a node before this one. */
  private boolean continues(Node node) {
    Linearity.Linear linear = scale(node).orElseThrow();
    return graph
        .producer(linear.operands().get(0).value())
        .filter(before -> next(before).filter(node::equals).isPresent())
        .isPresent();
  }

  /** The scale that alone reads what a scale makes, along the same axis. */
  private Optional<Node> next(Node node) {
    Optional<Linearity.Linear> own = scale(node);
    List<Node> readers = own.isPresent() ? graph.readers(node.output()) : List.of();
    return readers.size() == 1 && !graph.isOutput(node.output())
        ? Optional.of(readers.get(0))
            .filter(r -> scale(r).filter(s -> s.axis() == own.orElseThrow().axis()).isPresent())
        : Optional.empty();
  }

  private void add(Node first) {
    List<Node> nodes = new ArrayList<>(List.of(first));
    Linearity.Linear linear = scale(first).orElseThrow();
    Affine map = linear.map();
    for (Optional<Node> next = next(first); next.isPresent(); next = next(next.get())) {
      nodes.add(next.get());
      map = map.then(scale(next.get()).orElseThrow().map());
    }
    Chain chain = new Chain(nodes, map, linear.axis());
    if (nodes.size() > chain.needed() && fits(chain)) {
      chains.put(chain.last().output(), chain);
    }
  }

  private boolean fits(Chain chain) {
    Optional<ElementType> type = facts.type(chain.last().output());
    return type.isPresent()
        && facts.rank(chain.last().output(), chain.axis()).isPresent()
        && Arrays.stream(chain.factors()).map(Math::abs).allMatch(FloatFormat.of(type.get())::holds)
        && Arrays.stream(chain.map.bias())
            .map(Math::abs)
            .allMatch(FloatFormat.of(type.get())::holds);
  }

  /** One entry a chain. */
  List<FoldReport.Folded> folded() {
    return chains.values().stream().map(this::describe).toList();
  }

  private FoldReport.Folded describe(Chain chain) {
    int channels = chain.map.bias().length;
    List<String> became = new ArrayList<>();
    if (chain.hasNorm()) {
      became.add("BatchNormalization " + channels);
    } else {
      if (chain.multiplies()) {
        became.add("Mul " + channels);
      }
      if (chain.map.hasBias()) {
        became.add("Add " + channels);
      }
    }
    double before =
        chain.nodes.stream()
            .mapToDouble(n -> Cost.of(scale(n).orElseThrow().map()).multiplyAdds())
            .sum();
    long parameters = (long) channels * (chain.hasNorm() ? 4 : became.size());
    return new FoldReport.Folded(
        chain.last().output(),
        chain.nodes.stream().map(facts::describe).toList(),
        became,
        before,
        channels * (double) Math.max(1, became.size()),
        HeldNodes.parameters(graph, chain.nodes),
        parameters,
        Arrays.stream(chain.factors()).map(Math::abs).max().orElse(0),
        Double.NaN,
        Map.of());
  }

  /**
   * The folded graph with chains replaced.
   *
   * @param exact takes the numbers of new tensors, before they are rounded
   */
  Graph applyTo(Graph folded, ExactNumbers.Builder exact) {
    if (chains.isEmpty()) {
      return folded;
    }
    FreeNames names = FreeNames.ofValues(folded);
    Map<String, Tensor> constants = new LinkedHashMap<>();
    Map<Node, List<Node>> instead = new HashMap<>();
    for (Chain chain : chains.values()) {
      chain.nodes.forEach(node -> instead.put(node, List.of()));
      instead.put(chain.last(), nodes(chain, names, constants, exact));
    }
    List<Node> nodes = new ArrayList<>();
    folded.nodes().forEach(node -> nodes.addAll(instead.getOrDefault(node, List.of(node))));
    Graph.Builder builder = folded.toBuilder().replaceNodes(nodes);
    constants.forEach(builder::initializer);
    return NoOps.removed(new Facts(DeadCode.withoutUnread(builder)));
  }

  private List<Node> nodes(
      Chain chain, FreeNames names, Map<String, Tensor> constants, ExactNumbers.Builder exact) {
    Node last = chain.last();
    String to = last.output();
    String from = scale(chain.nodes.get(0)).orElseThrow().operands().get(0).value();
    Scale scale = Scale.of(chain.map, chain.axis, facts.rank(to, chain.axis).orElseThrow());
    if (scale.isIdentity()) {
      return List.of(new Node(last.name(), new Op.Identity(), List.of(from), List.of(to)));
    }
    ElementType type = facts.type(to).orElseThrow();
    ScaleNodes.Constants stored =
        (wanted, numbers, dims) -> {
          String name = names.fresh(wanted);
          Tensor rounded = Tensor.ofDoubles(type, numbers, withoutLeadingOnes(dims));
          exact.put(rounded, numbers);
          constants.put(name, rounded);
          return name;
        };
    if (chain.hasNorm()) {
      int channels = chain.map.bias().length;
      return List.of(ScaleNodes.norm(scale, channels, last.name(), from, to, stored));
    }
    boolean both = scale.multiplies() && !scale.hasNoShift();
    String product = both ? names.fresh(to + "/product") : to;
    return ScaleNodes.of(scale, from, product, to, stored);
  }

  /** What broadcasts the same: one number is a scalar. A vector stays one. */
  private static long[] withoutLeadingOnes(int... dims) {
    return dims.length == 1
        ? Scale.longs(dims)
        : Arrays.stream(dims).dropWhile(dim -> dim == 1).asLongStream().toArray();
  }
}
