package io.repfold.graph;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What all views of a {@link GraphBuilder} share: the graph so far, its names and its channels. */
final class GraphParts {
  /** In place of a number of channels that is not known. */
  static final int UNKNOWN = 0;

  final ElementType type;

  private final Graph.Builder graph;
  private final WeightSource weights;
  private final FreeNames names = FreeNames.besides(List.of());
  private final Map<String, Integer> channels = new HashMap<>();
  private final Set<String> pixels = new HashSet<>();

  GraphParts(String name, WeightSource weights, ElementType type) {
    Check.that(type.isFloat(), "Graph '%s' cannot be built of %s", name, type);
    this.graph = new Graph.Builder(name);
    this.weights = weights;
    this.type = type;
  }

  Graph build() {
    return graph.build();
  }

  /** The channels, or {@link #UNKNOWN}. */
  int channels(String value) {
    return channels.getOrDefault(value, UNKNOWN);
  }

  /** The channels; an error if they are not known. */
  int knownChannels(String value) {
    Check.that(names.isTaken(value), "'%s' is no value of this graph yet", value);
    int known = channels(value);
    Check.that(known != UNKNOWN, "The channels of '%s' are not known here; give them", value);
    return known;
  }

  /** Notes that a value has one pixel a channel. */
  void notePixel(String value) {
    pixels.add(value);
  }

  boolean isPixel(String value) {
    return pixels.contains(value);
  }

  /** Takes a name that must be free. */
  String take(String name) {
    Check.that(names.take(name), "There is a value '%s' already", name);
    return name;
  }

  /** Takes a name, with a number if it is not free. */
  String takeSimilar(String name) {
    return names.fresh(name);
  }

  String input(String name, Shape shape) {
    graph.input(Value.of(take(name), type, shape));
    if (shape.rank() > 1 && shape.dim(1) instanceof Dim.Known known) {
      channels.put(name, Math.toIntExact(known.size()));
    }
    return name;
  }

  void output(String value, ElementType elements) {
    Check.that(names.isTaken(value), "Output '%s' is no value of this graph yet", value);
    graph.output(new Value(value, Optional.of(elements), Optional.empty()));
  }

  /** Appends a node under a name that was taken. */
  String define(String name, Op op, List<String> inputs, int outChannels) {
    graph.node(op, inputs, name);
    channels.put(name, outChannels);
    return name;
  }

  /** A parameter filled by the weight source. */
  String learn(String name, WeightSource.Role role, long... dims) {
    return store(name, weights.tensor(name, role, type, dims));
  }

  /** An initializer. */
  String store(String name, Tensor tensor) {
    names.take(name);
    graph.initializer(name, tensor);
    return name;
  }
}
