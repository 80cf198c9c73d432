package io.repfold.pipeline.part;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Subgraph;
import io.repfold.graph.Value;
import io.repfold.pipeline.compare.LayerComparison;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The tensors that two models both name and that depend on inputs: where they can be compared, and
 * cut.
 */
final class CommonTensors {
  /** What a run gives; strings and numbers of less than a byte are not among it. */
  private static final Set<String> COMPARABLE =
      Arrays.stream(io.repfold.runtime.ElementType.values())
          .map(Enum::name)
          .collect(Collectors.toUnmodifiableSet());

  private final Graph reference;
  private final Graph candidate;
  private final List<String> all;
  private final List<String> cuts;
  private final Map<String, Integer> places = new HashMap<>();

  CommonTensors(ModelPart reference, ModelPart candidate) {
    this.reference = reference.graph();
    this.candidate = candidate.graph();
    Set<String> fed = dependents(this.reference);
    this.all =
        LayerComparison.common(this.reference, this.candidate).stream()
            .filter(fed::contains)
            .filter(name -> isComparable(reference, name) && isComparable(candidate, name))
            .filter(name -> !isNarrowed(reference.known(name), candidate.known(name)))
            .toList();
    for (int i = 0; i < all.size(); i++) {
      places.put(all.get(i), i);
    }
    this.cuts =
        all.stream().filter(name -> isCut(reference.known(name), candidate.known(name))).toList();
  }

  /** What is computed from inputs that a caller must give. */
  private static Set<String> dependents(Graph graph) {
    Set<String> fed = new HashSet<>();
    graph.requiredInputs().forEach(input -> fed.add(input.name()));
    graph
        .nodes()
        .forEach(
            node -> {
              if (Graph.reads(node).stream().anyMatch(fed::contains)) {
                fed.addAll(node.outputs());
              }
            });
    return fed;
  }

  /** A value that is declared without a type is a sequence or the like. */
  private static boolean isComparable(ModelPart model, String name) {
    Optional<ElementType> type = model.known(name).type();
    return type.isPresent()
        ? COMPARABLE.contains(type.get().name())
        : !model.graph().declared().containsKey(name);
  }

  /** Real numbers of another width differ, and that is what was wanted. */
  private static boolean isNarrowed(Value one, Value other) {
    return !one.type().equals(other.type())
        && one.type().filter(ElementType::isFloat).isPresent()
        && other.type().filter(ElementType::isFloat).isPresent();
  }

  /** Both models take the values there, and files of inputs can hold them. */
  private static boolean isCut(Value one, Value other) {
    boolean same =
        one.type().isEmpty() || other.type().isEmpty() || one.type().equals(other.type());
    return same && one.type().filter(type -> type == ElementType.BFLOAT16).isEmpty();
  }

  /** Where the models can be cut, in the order in which the reference computes them. */
  List<String> cuts() {
    return cuts;
  }

  /** The place in the reference's order; that of the last for what is no common tensor. */
  int place(String name) {
    return places.getOrDefault(name, Integer.MAX_VALUE);
  }

  /** Whether nodes of both models compute it. */
  boolean contains(String name) {
    return places.containsKey(name);
  }

  /** The common tensors from which the reference computes one, in its order, without it. */
  List<String> leadingTo(String end, Collection<String> given) {
    Set<String> computed = new HashSet<>();
    Subgraph.between(reference, given, List.of(end))
        .nodes()
        .forEach(node -> computed.addAll(node.outputs()));
    computed.removeAll(given);
    computed.remove(end);
    return all.stream().filter(computed::contains).toList();
  }

  /**
   * The latest of the allowed tensors that together cut others off in both models, and those inputs
   * that a way reaches without them; in the order in which the reference computes them.
   */
  List<String> front(Collection<String> ends, Collection<String> allowed) {
    Set<String> front = new LinkedHashSet<>();
    for (Graph graph : List.of(reference, candidate)) {
      Subgraph part = Subgraph.between(graph, allowed, ends);
      part.missing().forEach(input -> front.add(input.name()));
      front.addAll(part.read());
    }
    return front.stream()
        .sorted(Comparator.comparingInt(name -> places.getOrDefault(name, -1)))
        .toList();
  }
}
