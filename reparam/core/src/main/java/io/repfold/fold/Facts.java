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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** What is known of the values of a graph, for the rules to ask. */
final class Facts {
  /** More channels than these are a mistake, or an attempt to take memory. */
  private static final long MOST_CHANNELS = 1 << 20;

  private final Graph graph;
  private final Map<String, Value> values;

  Facts(Graph graph) {
    this.graph = graph;
    this.values = inferred(graph);
  }

  /** Declared shapes of inner values may be stale, and runtimes ignore them then; so do we. */
  private static Map<String, Value> inferred(Graph graph) {
    try {
      return ShapeInference.infer(graph);
    } catch (InvalidGraphException e) {
      List<Value> outputs =
          graph.outputs().stream()
              .map(v -> new Value(v.name(), v.type(), Optional.empty()))
              .toList();
      return ShapeInference.infer(
          graph.toBuilder().replaceDeclared(Map.of()).replaceOutputs(outputs).build());
    }
  }

  Graph graph() {
    return graph;
  }

  Optional<Shape> shape(String value) {
    return Optional.ofNullable(values.get(value)).flatMap(Value::shape);
  }

  Optional<ElementType> type(String value) {
    return Optional.ofNullable(values.get(value)).flatMap(Value::type);
  }

  /**
   * Channels of a {@code [N, C, D...]} value: from its shape, or from a Conv or BatchNormalization
   * that reads it.
   */
  OptionalInt channels(String value) {
    Optional<Dim> dim = shape(value).filter(s -> s.rank() >= 2).map(s -> s.dim(1));
    if (dim.isPresent() && dim.get() instanceof Dim.Known known) {
      return sensible(known.size());
    }
    for (Node reader : graph.readers(value)) {
      if (!reader.input(0).equals(value)) {
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
   * Number of spatial axes of a {@code [N, C, D...]} value: from its shape, or from a Conv that
   * reads it.
   */
  OptionalInt spatialRank(String value) {
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
