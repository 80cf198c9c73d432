package io.repfold.fold;

import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Node;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells which results hold for one size of the graph's inputs only: those that rely on the size of
 * a value that would be another one if the inputs' were.
 */
final class OpenSizes {
  private static final int RANK_OF_ROWS = 3;

  private final Graph original;
  private final Facts facts;
  private @Nullable Map<String, Value> opened;

  /**
   * @param original the graph as it was before any pass
   * @param facts of the graph that is folded, whose inputs have the sizes that are told
   */
  OpenSizes(Graph original, Facts facts) {
    this.original = original;
    this.facts = facts;
  }

  /**
   * Types and shapes, as {@link ShapeInference#inferAtEverySize}. Where an input may have any
   * shape, what is declared of inner values counts for nothing: it is of one size, and nothing
   * could tell.
   */
  static Map<String, Value> inferred(Graph graph) {
    boolean told =
        graph.inputs().stream()
            .allMatch(input -> input.shape().isPresent() || graph.isOverridable(input.name()));
    return ShapeInference.inferAtEverySize(told ? graph : undeclared(graph));
  }

  /** The graph without what it declares of values that nodes make. */
  static Graph undeclared(Graph graph) {
    List<Value> outputs =
        graph.outputs().stream().map(v -> new Value(v.name(), v.type(), Optional.empty())).toList();
    return graph.toBuilder().replaceDeclared(Map.of()).replaceOutputs(outputs).build();
  }

  /**
   * The inputs that must keep their sizes, with these, such as {@code 1x3x224x224}.
   *
   * @param sized the values on whose sizes a result relies
   */
  SortedMap<String, String> of(Collection<String> sized) {
    SortedMap<String, String> sizes = new TreeMap<>();
    List<String> open = sized.stream().filter(value -> !hasOneSize(value)).toList();
    if (open.isEmpty()) {
      return sizes;
    }
    Set<String> before = before(open);
    for (Value input : facts.graph().inputs()) {
      if (isImage(input) && before.contains(input.name())) {
        sizes.put(input.name(), text(input.shape().orElseThrow()));
      }
    }
    return sizes;
  }

  /** Whether a value has this size whatever the inputs' sizes are. */
  private boolean hasOneSize(String value) {
    if (opened == null) {
      opened = opened();
    }
    Optional<Shape> shape = Optional.ofNullable(opened.get(value)).flatMap(Value::shape);
    return shape.isPresent()
        && shape.get().dims().stream().skip(2).allMatch(dim -> dim instanceof Dim.Known);
  }

  private Map<String, Value> opened() {
    List<Value> inputs = original.inputs().stream().map(this::opened).toList();
    try {
      return ShapeInference.infer(undeclared(original).toBuilder().replaceInputs(inputs).build());
    } catch (InvalidGraphException e) {
      return Map.of(); // the graph takes no other size, so that everything relies on this one
    }
  }

  private Value opened(Value input) {
    if (!isImage(input)) {
      return input;
    }
    List<Dim> dims = new ArrayList<>();
    for (int axis = 0; axis < input.shape().orElseThrow().rank(); axis++) {
      dims.add(Dim.unknown());
    }
    return new Value(input.name(), input.type(), Optional.of(new Shape(dims)));
  }

  private boolean isImage(Value input) {
    return input.shape().filter(shape -> shape.rank() >= RANK_OF_ROWS).isPresent()
        && !original.initializers().containsKey(input.name());
  }

  /** What values are computed of; all inputs, if a value is none of the original graph. */
  private Set<String> before(List<String> values) {
    Set<String> seen = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(values);
    while (!open.isEmpty()) {
      String value = open.pop();
      if (!seen.add(value)) {
        continue;
      }
      Optional<Node> producer = original.producer(value);
      if (producer.isPresent()) {
        open.addAll(producer.get().inputs());
      } else if (values.contains(value) && !original.isInput(value)) {
        original.inputs().forEach(input -> seen.add(input.name()));
      }
    }
    return seen;
  }

  private static String text(Shape shape) {
    return shape.dims().stream().map(Dim::toString).collect(Collectors.joining("x"));
  }
}
