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
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Folds scales and shifts a channel into the transposed convolution before them, and makes one of
 * the sum of parallel ones (RepCT blocks), where that costs no more.
 *
 * <pre>
 *   Given:   %1 = ConvTranspose(%0, W, b); %2 = BatchNormalization(%1); %3 = Add(%2, c)
 *   Result:  %3 = ConvTranspose(%0, W', b')     W'[i, o] = t[o] W[i, o],  b' = t b + shift
 *
 *   Given:   %1 = ConvTranspose(%0, W, b); %2 = ConvTranspose(%0, V, c); %3 = Add(%1, %2)
 *   Result:  %3 = ConvTranspose(%0, U, b + c)   U: the taps of W and V where they write
 * </pre>
 */
final class TransposedConvolutions {
  private final Graph graph;
  private final ExactNumbers.Builder exact;
  private final ExactNumbers given;
  private final LinearOps linearOps;
  private final Set<String> blocked;
  private final FreeNames names;
  private final Map<String, Part> found = new LinkedHashMap<>();
  private final List<FoldReport.Folded> folded = new ArrayList<>();
  private final Map<String, String> refused = new HashMap<>();
  private final Map<String, String> apart = new LinkedHashMap<>();
  private final Map<String, Integer> places = new HashMap<>();

  /**
   * A value that is one transposed convolution of another.
   *
   * @param held the nodes that compute it, in the graph's order
   * @param multiplyAdds of these, for one position
   */
  private record Part(
      String source,
      TransposedMap map,
      ElementType type,
      String name,
      List<Node> held,
      double multiplyAdds) {}

  /**
   * @param blocked values that must be computed by the node that is there
   */
  TransposedConvolutions(Analysis analysis, Set<String> blocked) {
    this.graph = analysis.graph();
    this.given = analysis.facts().exact();
    this.exact = new ExactNumbers.Builder(given);
    this.linearOps = new LinearOps(analysis.facts());
    this.blocked = Set.copyOf(blocked);
    this.names = FreeNames.ofValues(graph);
    graph.nodes().forEach(n -> n.outputs().forEach(o -> places.put(o, places.size())));
  }

  /** Values into which nothing may be folded, with the reason. */
  Map<String, String> refused() {
    return refused;
  }

  /** One entry a transposed convolution that took something in. */
  List<FoldReport.Folded> folded() {
    return folded;
  }

  /** Sums of parallel transposed convolutions that stay, with the reason. */
  Map<String, String> apart() {
    return apart;
  }

  /** The numbers that were known, and those of the tensors that were made. */
  ExactNumbers exact() {
    return exact.build();
  }

  Graph run() {
    graph.nodes().forEach(this::extend);
    found.values().removeIf(part -> part.held().size() == 1);
    if (found.isEmpty()) {
      return graph;
    }
    Map<Node, Node> replaced = new HashMap<>();
    Set<Node> dropped = new HashSet<>();
    Map<String, Tensor> numbers = new HashMap<>();
    found.forEach((target, part) -> emit(target, part, replaced, dropped, numbers));
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (!dropped.contains(node)) {
        nodes.add(replaced.getOrDefault(node, node));
      }
    }
    Graph.Builder builder = graph.toBuilder().replaceNodes(nodes);
    numbers.forEach(builder::initializer);
    return DeadCode.withoutUnread(builder);
  }

  private void extend(Node node) {
    if (node.outputs().isEmpty() || blocked.contains(node.output())) {
      return;
    }
    if (node.op() instanceof Op.ConvTranspose op) {
      start(node, op);
    } else if (!found.isEmpty() && node.inputs().stream().anyMatch(found::containsKey)) {
      if (linearOps.of(node) instanceof Linearity.Linear linear) {
        extend(node, linear);
      }
    }
  }

  private void start(Node node, Op.ConvTranspose op) {
    Optional<Tensor> weight = graph.constant(node.input(1));
    Optional<Tensor> bias = graph.constant(node.input(2));
    boolean biasMissing = !node.input(2).isEmpty() && bias.isEmpty();
    if (weight.isEmpty() || biasMissing || !weight.get().type().isFloat()) {
      return;
    }
    int channels = Math.toIntExact(weight.get().dim(1)) * op.groups();
    double[] shift = bias.map(given::of).orElseGet(() -> new double[channels]);
    TransposedMap map = TransposedMap.of(op, weight.get(), given.of(weight.get()), shift);
    found.put(
        node.output(),
        new Part(
            node.input(0),
            map,
            weight.get().type(),
            node.name(),
            List.of(node),
            map.multiplyAdds()));
  }

  private void extend(Node node, Linearity.Linear linear) {
    List<Part> parts = new ArrayList<>();
    for (Linearity.Operand operand : linear.operands()) {
      Part part = found.get(operand.value());
      Affine map = operand.map();
      if (part == null || !map.isScale()) {
        return;
      }
      TransposedMap scaled = part.map().scaled(map.weights().diagonal().orElseThrow(), map.bias());
      parts.add(
          new Part(
              part.source(), scaled, part.type(), part.name(), part.held(), part.multiplyAdds()));
    }
    if (!linear.operands().stream().allMatch(o -> Region.isReadOnlyBy(graph, o.value(), node))) {
      return;
    }
    Part first = parts.get(0);
    double more =
        linear.isSum()
            ? Cost.ofSum(parts.size(), first.map().channels()).multiplyAdds()
            : Cost.of(linear.operands().get(0).map()).multiplyAdds();
    sum(parts, node)
        .ifPresent(
            map -> {
              Part whole = joined(map, parts, node, more);
              if (map.multiplyAdds() <= whole.multiplyAdds()) {
                linear.operands().forEach(o -> found.remove(o.value()));
                found.put(node.output(), whole);
              } else {
                apart.put(
                    node.output(),
                    "one transposed convolution for the sum would take %.0f multiply-adds a position instead of %.0f"
                        .formatted(map.multiplyAdds(), whole.multiplyAdds()));
              }
            });
  }

  /** Nothing if they have no sum, whose reason is noted then. */
  private Optional<TransposedMap> sum(List<Part> parts, Node node) {
    TransposedMap sum = parts.get(0).map();
    for (Part part : parts.subList(1, parts.size())) {
      boolean oneSource =
          part.source().equals(parts.get(0).source()) && part.type() == parts.get(0).type();
      String obstacle =
          oneSource ? sum.obstacleTo(part.map()) : "they have different inputs or element types";
      if (!obstacle.isEmpty()) {
        apart.put(node.output(), "its transposed convolutions are not one, as " + obstacle);
        return Optional.empty();
      }
      sum = sum.plus(part.map());
    }
    return Optional.of(sum);
  }

  private Part joined(TransposedMap map, List<Part> parts, Node node, double more) {
    Set<Node> all = new HashSet<>(List.of(node));
    double multiplyAdds = more;
    for (Part part : parts) {
      all.addAll(part.held());
      multiplyAdds += part.multiplyAdds();
    }
    Comparator<Node> order = Comparator.comparingInt(n -> places.getOrDefault(n.output(), 0));
    List<Node> held = all.stream().sorted(order).toList();
    Part first = parts.get(0);
    return new Part(first.source(), map, first.type(), first.name(), held, multiplyAdds);
  }

  private void emit(
      String target,
      Part part,
      Map<Node, Node> replaced,
      Set<Node> dropped,
      Map<String, Tensor> numbers) {
    TransposedMap map = part.map();
    ElementType type = part.type();
    if (!fits(type, map.weights()) || !fits(type, map.bias())) {
      refused.put(
          target, "a weight of the folded transposed convolution is NaN or too large for " + type);
      return;
    }
    Tensor weight = Tensor.ofDoubles(type, map.weights(), map.dims());
    Tensor bias = Tensor.ofDoubles(type, map.bias(), map.channels());
    String weightName = names.freshPart(target + "/transposed/weight");
    String biasName = names.freshPart(target + "/transposed/bias");
    exact.put(weight, map.weights());
    exact.put(bias, map.bias());
    numbers.put(weightName, weight);
    numbers.put(biasName, bias);
    List<String> inputs = List.of(part.source(), weightName, biasName);
    Node last = graph.producer(target).orElseThrow();
    replaced.put(last, new Node(part.name(), map.op(), inputs, List.of(target)));
    part.held().stream().filter(held -> !held.equals(last)).forEach(dropped::add);
    folded.add(
        new FoldReport.Folded(
            target,
            part.held().stream().map(Node::describe).toList(),
            List.of("ConvTranspose " + weight.describe()),
            part.multiplyAdds(),
            map.multiplyAdds(),
            HeldNodes.parameters(graph, part.held()),
            weight.size() + bias.size(),
            Arrays.stream(weight.toDoubles()).map(Math::abs).max().orElse(0),
            new TransposedErrorBound(weight, map.op()).of(map.weights(), map.bias()),
            Map.of()));
  }

  private static boolean fits(ElementType type, double... values) {
    FloatFormat format = FloatFormat.of(type);
    return Arrays.stream(values).map(Math::abs).allMatch(format::holds);
  }
}
