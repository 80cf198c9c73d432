package io.repfold.fold;

import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What is known of the values of a graph, for the rules to ask. */
final class Facts {
  /** More channels than these are a mistake, or an attempt to take memory. */
  private static final long MOST_CHANNELS = 1 << 20;

  private static final int FIRST_THAT_BROADCASTS = 7;

  private final Graph graph;
  private final Map<String, Value> values;
  private final IdentityHashMap<Node, Integer> places = new IdentityHashMap<>();
  private @Nullable ChannelAxes axes;
  private @Nullable RuntimeFusions fusions;
  private @Nullable NodeSet shared;

  private final Map<String, double[]> unrounded;
  private final ExactNumbers exact;
  private final Map<String, String> described;
  private final Map<String, String> obstacles;

  Facts(Graph graph) {
    this(graph, inferred(graph));
  }

  /**
   * @param values what {@link ShapeInference} says of the graph
   */
  Facts(Graph graph, Map<String, Value> values) {
    this(graph, values, Map.of(), Map.of(), Map.of(), ExactNumbers.NONE);
  }

  private Facts(
      Graph graph,
      Map<String, Value> values,
      Map<String, double[]> unrounded,
      Map<String, String> described,
      Map<String, String> obstacles,
      ExactNumbers exact) {
    this.graph = graph;
    this.values = values;
    this.unrounded = unrounded;
    this.described = described;
    this.obstacles = obstacles;
    this.exact = exact;
    for (Node node : graph.nodes()) {
      places.put(node, places.size());
    }
  }

  /** What is known of a graph that was made of this one. */
  Facts of(Graph made) {
    return new Facts(made, inferred(made), unrounded, described, obstacles, exact);
  }

  /**
   * What is known of a graph to which scales were moved.
   *
   * @param more numbers of constants, before they were rounded
   * @param moved what stood for an output of a moved scale in the graph before
   */
  Facts ofMoved(Graph made, Map<String, double[]> more, Map<String, String> moved) {
    Map<String, double[]> numbers = new HashMap<>(unrounded);
    numbers.putAll(more);
    Map<String, String> descriptions = new HashMap<>(described);
    descriptions.putAll(moved);
    return new Facts(made, inferred(made), numbers, descriptions, obstacles, exact);
  }

  /**
   * The same, and why scales have no way.
   *
   * @param because by the output of the scale
   */
  Facts withObstacles(Map<String, String> because) {
    return new Facts(graph, values, unrounded, described, because, exact);
  }

  /**
   * What is known of a graph that a pass made.
   *
   * @param known what {@link ShapeInference} says of it
   */
  Facts of(Graph made, Map<String, Value> known) {
    return new Facts(made, known, unrounded, described, obstacles, exact);
  }

  /** The same of a graph that was folded, to be folded again. */
  Facts withExact(ExactNumbers numbers) {
    return new Facts(graph, values, unrounded, described, Map.of(), numbers);
  }

  /** The numbers of tensors, before they were rounded if they were made here. */
  ExactNumbers exact() {
    return exact;
  }

  /** Declared shapes of inner values may be stale, and runtimes ignore them then; so do we. */
  private static Map<String, Value> inferred(Graph graph) {
    try {
      return OpenSizes.inferred(graph);
    } catch (InvalidGraphException e) {
      return ShapeInference.infer(OpenSizes.undeclared(graph));
    }
  }

  Graph graph() {
    return graph;
  }

  /** The numbers of a constant, before they were rounded if they were made here. */
  double[] numbers(String name, Tensor constant) {
    double[] named = unrounded.get(name);
    return named != null ? named.clone() : exact.of(constant);
  }

  /** A node, as it stood in the file if it was moved. */
  String describe(Node node) {
    return node.outputs().isEmpty()
        ? node.describe()
        : described.getOrDefault(node.output(), node.describe());
  }

  /** Why a scale did not reach a convolution through what lies between, if that was tried. */
  Optional<String> obstacle(Node node) {
    return node.outputs().isEmpty()
        ? Optional.empty()
        : Optional.ofNullable(obstacles.get(node.output()));
  }

  /** The number of a node in the graph's order. */
  int place(Node node) {
    return Objects.requireNonNull(places.get(node));
  }

  /** Type and shape of all values, by name. */
  Map<String, Value> values() {
    return values;
  }

  Optional<Shape> shape(String value) {
    return Optional.ofNullable(values.get(value)).flatMap(Value::shape);
  }

  Optional<ElementType> type(String value) {
    return Optional.ofNullable(values.get(value)).flatMap(Value::type);
  }

  /** The nodes whose first output several nodes read. */
  NodeSet sharedNodes() {
    if (shared == null) {
      List<String> values =
          graph.nodes().stream()
              .filter(node -> !node.outputs().isEmpty())
              .map(Node::output)
              .filter(value -> graph.readers(value).stream().distinct().limit(2).count() > 1)
              .toList();
      shared = NodeSet.ofProducers(this, values);
    }
    return shared;
  }

  /** Whether Mul, Add and Gemm broadcast without an attribute. */
  boolean broadcasts() {
    return graph.opset() >= FIRST_THAT_BROADCASTS;
  }

  /** Whether runtimes compute a node together with others, as one op that a fold would break. */
  boolean isFusedAtRunTime(Node node) {
    if (fusions == null) {
      fusions = new RuntimeFusions(graph);
    }
    return fusions.include(node);
  }

  /** Where the channels are that a node mixes, or may. */
  ChannelAxis axis(Node node) {
    if (axes == null) {
      axes = new ChannelAxes(this);
    }
    return axes.of(node);
  }

  /** Channels of a value: from its shape, or from a node that reads it along this axis. */
  OptionalInt channels(String value, ChannelAxis axis) {
    Optional<Dim> dim =
        shape(value)
            .filter(s -> s.rank() >= 2 && axis.fits(s))
            .map(s -> s.dim(axis.index(s.rank())));
    if (dim.isPresent() && dim.get() instanceof Dim.Known known) {
      return sensible(known.size());
    }
    for (Node reader : graph.readers(value)) {
      if (axis != ChannelAxis.SECOND || !reader.input(0).equals(value)) {
        continue;
      }
      Optional<Tensor> weight = graph.constant(reader.input(1));
      if (reader.op() instanceof Op.Conv conv && weight.isPresent() && weight.get().rank() >= 3) {
        return sensible(weight.get().dim(1) * conv.groups());
      }
      if (reader.op() instanceof Op.BatchNormalization && weight.isPresent()) {
        return sensible(weight.get().size());
      }
    }
    return OptionalInt.empty();
  }

  private static OptionalInt sensible(long channels) {
    return 0 < channels && channels <= MOST_CHANNELS
        ? OptionalInt.of((int) channels)
        : OptionalInt.empty();
  }

  /**
   * Number of spatial axes of a value with channels along this axis: from its shape, or from a Conv
   * that reads it.
   */
  OptionalInt spatialRank(String value, ChannelAxis axis) {
    if (axis != ChannelAxis.SECOND) {
      return OptionalInt.of(0);
    }
    Optional<Shape> shape = shape(value);
    if (shape.isPresent()) {
      return shape.get().rank() >= 3 ? OptionalInt.of(shape.get().rank() - 2) : OptionalInt.empty();
    }
    for (Node reader : graph.readers(value)) {
      Optional<Tensor> weight = graph.constant(reader.input(1));
      boolean image = reader.input(0).equals(value);
      if (image
          && reader.op() instanceof Op.Conv
          && weight.isPresent()
          && weight.get().rank() >= 3) {
        return OptionalInt.of(weight.get().rank() - 2);
      }
    }
    return OptionalInt.empty();
  }

  /** Number of axes of a value, if its shape or its readers along this axis tell it. */
  OptionalInt rank(String value, ChannelAxis axis) {
    Optional<Shape> shape = shape(value);
    if (shape.isPresent() || axis != ChannelAxis.SECOND) {
      return shape.map(s -> OptionalInt.of(s.rank())).orElse(OptionalInt.empty());
    }
    OptionalInt spatial = spatialRank(value, axis);
    return spatial.isPresent() ? OptionalInt.of(spatial.getAsInt() + 2) : spatial;
  }

  /** Why a value is not the same at every run, for messages. */
  String notConstant(String value) {
    if (graph.isOverridable(value)) {
      return "'%s' is also a graph input, so callers may replace it".formatted(value);
    }
    return graph.producer(value).filter(p -> p.op() instanceof Op.DequantizeLinear).isPresent()
        ? "its weights are quantized already; fold the float32 model that it was made of"
        : "'%s' is computed at run time".formatted(value);
  }
}
