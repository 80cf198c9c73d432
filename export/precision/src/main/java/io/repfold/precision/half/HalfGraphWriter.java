package io.repfold.precision.half;

import io.repfold.graph.ElementType;
import io.repfold.graph.FreeNames;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.precision.FloatValues;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Writes a graph down with its values in two types. A value that is needed in both is cast once,
 * where it is first needed.
 */
final class HalfGraphWriter {
  private final Graph graph;
  private final FloatValues ports;
  private final ValueTypes variants;
  private final HalfFormat format;

  private final List<Node> nodes = new ArrayList<>();
  private final Set<String> cast = new HashSet<>();
  private final FreeNames labels;

  HalfGraphWriter(FloatValues ports, ValueTypes variants, HalfFormat format) {
    this.graph = ports.graph();
    this.ports = ports;
    this.variants = variants;
    this.format = format;
    this.labels = FreeNames.ofNodes(graph);
  }

  Graph emit() {
    Map<String, Tensor> initializers = new LinkedHashMap<>();
    graph.initializers().forEach((name, tensor) -> store(name, tensor, initializers::put));
    graph.nodes().forEach(this::emit);
    Map<String, Value> declared = new LinkedHashMap<>();
    graph.declared().values().forEach(v -> declared.put(v.name(), retyped(v)));
    return graph.toBuilder()
        .replaceInitializers(initializers)
        .replaceNodes(nodes)
        .replaceInputs(graph.inputs().stream().map(this::retyped).toList())
        .replaceOutputs(graph.outputs().stream().map(this::retyped).toList())
        .replaceDeclared(declared)
        .build();
  }

  /** How many Casts were added. */
  int casts() {
    return cast.size();
  }

  private Value retyped(Value value) {
    return ports.isReal(value.name()) && value.type().isPresent()
        ? new Value(value.name(), Optional.of(variants.home(value.name())), value.shape())
        : value;
  }

  /** Hands on a constant in each type in which it is needed. */
  private void store(String name, Tensor tensor, BiConsumer<String, Tensor> target) {
    if (!ports.isReal(name) || graph.isInput(name)) {
      target.accept(name, tensor);
      return;
    }
    if (variants.isWanted(name, ElementType.FLOAT)) {
      target.accept(variants.name(name, ElementType.FLOAT), tensor);
    }
    if (variants.isWanted(name, format.type())) {
      target.accept(variants.name(name, format.type()), format.round(tensor));
    }
  }

  private void emit(Node node) {
    if (node.op() instanceof Op.Constant constant) {
      store(
          node.output(),
          constant.value(),
          (name, tensor) -> {
            String label = name.equals(node.output()) ? node.name() : labels.fresh(name);
            nodes.add(new Node(label, new Op.Constant(tensor), List.of(), List.of(name)));
          });
      return;
    }
    boolean half = variants.isHalf(node);
    List<String> inputs = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      inputs.add(input(node, i, half));
    }
    List<String> outputs = node.outputs().stream().map(this::output).toList();
    nodes.add(new Node(node.name(), half ? half(node.op()) : node.op(), inputs, outputs));
    for (String output : node.outputs()) {
      if (ports.isReal(output)) {
        in(output, variants.home(output));
      }
    }
  }

  private String input(Node node, int index, boolean half) {
    String value = node.input(index);
    if (!ports.isReal(value)) {
      return value;
    }
    if (FloatValues.readsAnything(node.op())) {
      return variants.name(value, variants.produced(value));
    }
    boolean narrow = half && FloatValues.follows(node.op(), index);
    return in(value, narrow ? format.type() : ElementType.FLOAT);
  }

  private String output(String value) {
    return ports.isReal(value) ? variants.name(value, variants.produced(value)) : value;
  }

  /** The name of a value in a type, after the Cast that it may need. */
  private String in(String value, ElementType type) {
    String name = variants.name(value, type);
    if (!ports.isConstant(value) && type != variants.produced(value) && cast.add(name)) {
      nodes.add(
          new Node(labels.fresh(name), new Op.Cast(type), List.of(source(value)), List.of(name)));
    }
    return name;
  }

  /** What to cast: what a Cast was made of, rather than its result. */
  private String source(String value) {
    return graph
        .producer(value)
        .filter(node -> node.op() instanceof Op.Cast)
        .map(node -> input(node, 0, false))
        .orElseGet(() -> variants.name(value, variants.produced(value)));
  }

  private Op half(Op op) {
    if (op instanceof Op.Cast) {
      return new Op.Cast(format.type());
    }
    return op instanceof Op.ConstantOfShape fill
        ? new Op.ConstantOfShape(format.round(fill.value()))
        : op;
  }
}
