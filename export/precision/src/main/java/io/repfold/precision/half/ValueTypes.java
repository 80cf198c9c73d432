package io.repfold.precision.half;

import io.repfold.graph.ElementType;
import io.repfold.graph.FreeNames;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Value;
import io.repfold.precision.FloatValues;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/**
 * In which types each float32 value of a graph will exist, and under which names. A value keeps its
 * name in one type, its home: float32 for what a body or a kept boundary reads by name, else the
 * type in which it is computed.
 */
final class ValueTypes {
  private final Graph graph;
  private final FloatValues ports;
  private final IdentityHashMap<Node, KeepReason> verdicts;
  private final HalfFormat format;
  private final boolean keepsBoundary;

  private final Set<String> captured = new HashSet<>();
  private final Set<String> wantedFloat = new HashSet<>();
  private final Set<String> wantedHalf = new HashSet<>();
  private final FreeNames names;
  private final Map<String, String> others = new HashMap<>();

  /**
   * @param verdicts of the nodes that stay float32
   */
  ValueTypes(FloatValues ports, IdentityHashMap<Node, KeepReason> verdicts, HalfOptions options) {
    this.graph = ports.graph();
    this.ports = ports;
    this.verdicts = verdicts;
    this.format = HalfFormat.of(options.type());
    this.keepsBoundary = options.keepsBoundary();
    this.names = FreeNames.ofValues(graph);
    graph.nodes().forEach(this::learn);
    for (Value output : graph.outputs()) {
      (keepsBoundary ? wantedFloat : wantedHalf).add(output.name());
    }
  }

  private void learn(Node node) {
    if (node.op() instanceof Op.Opaque opaque) {
      captured.addAll(opaque.captures());
      wantedFloat.addAll(opaque.captures());
    }
    for (int i = 0; i < node.inputs().size() && !FloatValues.readsAnything(node.op()); i++) {
      boolean half = isHalf(node) && FloatValues.follows(node.op(), i);
      (half ? wantedHalf : wantedFloat).add(node.input(i));
    }
  }

  /** Whether the node computes in the half type. */
  boolean isHalf(Node node) {
    return ports.chooses(node) && !verdicts.containsKey(node);
  }

  /** Whether a constant is needed in a type. */
  boolean isWanted(String constant, ElementType type) {
    return (type == ElementType.FLOAT ? wantedFloat : wantedHalf).contains(constant)
        || home(constant) == type;
  }

  /** The type in which a float32 value is computed or given; for a constant its home. */
  ElementType produced(String value) {
    if (graph.isInput(value)) {
      return inputType(value);
    }
    if (ports.isConstant(value)) {
      return home(value);
    }
    return graph.producer(value).filter(this::isHalf).isPresent()
        ? format.type()
        : ElementType.FLOAT;
  }

  /** Callers' defaults are weights in the file, so an input that has one keeps its type. */
  private ElementType inputType(String input) {
    boolean fixed =
        keepsBoundary || captured.contains(input) || graph.initializers().containsKey(input);
    return fixed ? ElementType.FLOAT : format.type();
  }

  /** The type in which a float32 value keeps its name. */
  ElementType home(String value) {
    if (captured.contains(value)) {
      return ElementType.FLOAT;
    }
    if (graph.isInput(value)) {
      return inputType(value);
    }
    if (graph.isOutput(value)) {
      return keepsBoundary ? ElementType.FLOAT : format.type();
    }
    if (ports.isConstant(value)) {
      boolean onlyHalf = wantedHalf.contains(value) && !wantedFloat.contains(value);
      return onlyHalf ? format.type() : ElementType.FLOAT;
    }
    return produced(value);
  }

  /** The name of a float32 value in a type. */
  String name(String value, ElementType type) {
    if (type == home(value)) {
      return value;
    }
    String suffix = type == ElementType.FLOAT ? "_float32" : format.suffix();
    return others.computeIfAbsent(value, k -> names.fresh(value + suffix));
  }
}
