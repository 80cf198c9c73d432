package io.repfold.precision;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.OpKind;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which float32 values of a node change their type with the node. */
public final class FloatValues {
  private final Graph graph;
  private final Map<String, Value> known;

  private FloatValues(Graph graph) {
    this.graph = graph;
    this.known = ShapeInference.infer(graph);
  }

  /**
   * Of the graph with Casts from float32 to float32, which are none, as Identities.
   *
   * @param types of values that the graph does not tell; declared in {@link #graph}
   */
  public static FloatValues of(Graph graph, Map<String, ElementType> types) {
    Map<String, Value> declared = new LinkedHashMap<>(graph.declared());
    Map<String, Value> inferred = ShapeInference.infer(graph);
    inferred.forEach(
        (name, value) -> {
          if (value.type().isEmpty() && types.containsKey(name)) {
            declared.put(name, typed(declared.getOrDefault(name, unknown(name)), types));
          }
        });
    List<Value> outputs =
        graph.outputs().stream().map(v -> v.type().isEmpty() ? typed(v, types) : v).toList();
    FloatValues ports =
        new FloatValues(
            graph.toBuilder().replaceDeclared(declared).replaceOutputs(outputs).build());
    List<Node> nodes = graph.nodes().stream().map(ports::withoutIdleCast).toList();
    return new FloatValues(ports.graph.toBuilder().replaceNodes(nodes).build());
  }

  private Node withoutIdleCast(Node node) {
    boolean idle = node.op().equals(new Op.Cast(ElementType.FLOAT)) && isReal(node.input(0));
    return idle ? new Node(node.name(), new Op.Identity(), node.inputs(), node.outputs()) : node;
  }

  private static Value unknown(String name) {
    return new Value(name, Optional.empty(), Optional.empty());
  }

  private static Value typed(Value value, Map<String, ElementType> types) {
    return new Value(value.name(), Optional.ofNullable(types.get(value.name())), value.shape());
  }

  /** Every value: initializers, inputs, then what nodes compute, in their order. */
  public List<String> values() {
    Set<String> values = new LinkedHashSet<>(graph.initializers().keySet());
    graph.inputs().forEach(input -> values.add(input.name()));
    graph.nodes().forEach(node -> values.addAll(node.outputs()));
    values.remove("");
    return List.copyOf(values);
  }

  public Graph graph() {
    return graph;
  }

  public Optional<Value> known(String value) {
    return Optional.ofNullable(known.get(value));
  }

  public Optional<ElementType> type(String value) {
    return known(value).flatMap(Value::type);
  }

  /** Whether it is a float32 value. */
  public boolean isReal(String value) {
    return type(value).filter(t -> t == ElementType.FLOAT).isPresent();
  }

  public boolean isConstant(String value) {
    return graph.constant(value).isPresent();
  }

  /**
   * Whether an input has the type of the op's results. The scales and region of Resize are float32
   * in every graph, and Dropout's ratio has a type of its own.
   */
  public static boolean follows(Op op, int input) {
    return input == 0 || !(op instanceof Op.Resize || op instanceof Op.Dropout);
  }

  /** Whether the op takes a value of any type, whatever the type of its results. */
  public static boolean readsAnything(Op op) {
    return OpKind.MEASURES.includes(op) || op instanceof Op.Cast;
  }

  /** Whether half precision pays in the op itself: its work grows with the product of two sizes. */
  public static boolean isHeavy(Op op) {
    return OpKind.CONTRACTS.includes(op);
  }

  /** Whether an input is added to what a layer sums up. */
  public static boolean isBias(Op op, int input) {
    return input == 2 && isHeavy(op) && !(op instanceof Op.Einsum);
  }

  /** The float32 values that a node reads in its own type, constants among them. */
  public List<String> reads(Node node) {
    List<String> reads = new ArrayList<>();
    for (int i = 0; i < node.inputs().size() && !readsAnything(node.op()); i++) {
      if (follows(node.op(), i) && isReal(node.input(i))) {
        reads.add(node.input(i));
      }
    }
    return reads;
  }

  /** The float32 values that a node computes. */
  public List<String> writes(Node node) {
    return node.outputs().stream().filter(this::isReal).toList();
  }

  /** Whether the node has a type to choose. Constants have that of their readers. */
  public boolean chooses(Node node) {
    return !(node.op() instanceof Op.Constant)
        && !(reads(node).isEmpty() && writes(node).isEmpty());
  }

  /** The nodes beside this one that read or compute a float32 value of it. */
  public List<Node> neighbors(Node node) {
    List<Node> neighbors = new ArrayList<>();
    for (String value : reads(node)) {
      graph.producer(value).filter(this::chooses).ifPresent(neighbors::add);
    }
    for (String value : writes(node)) {
      graph.readers(value).stream()
          .filter(reader -> reads(reader).contains(value))
          .forEach(neighbors::add);
    }
    return neighbors;
  }
}
