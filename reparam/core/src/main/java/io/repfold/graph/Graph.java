package io.repfold.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An immutable graph with ONNX semantics: nodes in topological order, edges by name, weights as
 * initializers.
 *
 * <p>A graph is valid or does not exist: every value is defined once and before it is read. An
 * initializer that is also an input is a default that callers may override, and therefore no
 * constant.
 */
public final class Graph {
  private final String name;
  private final Map<String, Integer> opsets;
  private final List<Value> inputs;
  private final List<Value> outputs;
  private final Map<String, Tensor> initializers;
  private final List<Node> nodes;
  private final Map<String, Value> declared;

  private final Map<String, Node> producers = new HashMap<>();
  private final Map<String, List<Node>> readers = new HashMap<>();
  private final Set<String> inputNames = new HashSet<>();
  private final Set<String> outputNames = new HashSet<>();

  private Graph(Builder builder) {
    this.name = builder.name;
    this.opsets = Collections.unmodifiableMap(new LinkedHashMap<>(builder.opsets));
    this.inputs = List.copyOf(builder.inputs);
    this.outputs = List.copyOf(builder.outputs);
    this.initializers = Collections.unmodifiableMap(new LinkedHashMap<>(builder.initializers));
    this.nodes = List.copyOf(builder.nodes);
    this.declared = Collections.unmodifiableMap(new LinkedHashMap<>(builder.declared));
    index();
  }

  private void index() {
    Set<String> known = new HashSet<>(initializers.keySet());
    for (Value input : inputs) {
      Check.that(!input.name().isEmpty(), "Graph '%s' has an input without a name", name);
      Check.that(
          inputNames.add(input.name()), "Graph '%s' has two inputs '%s'", name, input.name());
      known.add(input.name());
    }
    for (Node node : nodes) {
      for (String read : reads(node)) {
        if (!known.contains(read)) {
          throw new InvalidGraphException(
              "%s reads '%s' before it is defined".formatted(node.describe(), read));
        }
        readers.computeIfAbsent(read, k -> new ArrayList<>()).add(node);
      }
      for (String output : node.outputs()) {
        if (!output.isEmpty()) {
          if (!known.add(output)) {
            throw new InvalidGraphException(
                "%s defines '%s' a second time".formatted(node.describe(), output));
          }
          producers.put(output, node);
        }
      }
    }
    for (Value output : outputs) {
      Check.that(
          known.contains(output.name()),
          "Graph output '%s' is defined by no node, input or initializer",
          output.name());
      outputNames.add(output.name());
    }
  }

  /**
   * The names that a node reads, each as often as it reads it, its subgraphs' captures included.
   */
  public static List<String> reads(Node node) {
    List<String> reads = new ArrayList<>(node.inputs());
    reads.removeIf(String::isEmpty);
    if (node.op() instanceof Op.Opaque opaque) {
      reads.addAll(opaque.captures());
    }
    return reads;
  }

  public String name() {
    return name;
  }

  /** Version by domain; the default ONNX domain is the empty string. */
  public Map<String, Integer> opsets() {
    return opsets;
  }

  /** Version of the default ONNX domain. */
  public int opset() {
    return Objects.requireNonNull(opsets.get(""), "checked by the builder");
  }

  public List<Value> inputs() {
    return inputs;
  }

  /** The inputs that a caller must give: those that no initializer stands in for. */
  public List<Value> requiredInputs() {
    return inputs.stream().filter(input -> !initializers.containsKey(input.name())).toList();
  }

  /**
   * The inputs that an initializer stands in for where a caller gives none. They are no constants.
   */
  public List<Value> optionalInputs() {
    return inputs.stream().filter(input -> initializers.containsKey(input.name())).toList();
  }

  public List<Value> outputs() {
    return outputs;
  }

  /** Weights by name, in the file's order. */
  public Map<String, Tensor> initializers() {
    return initializers;
  }

  /** In topological order. */
  public List<Node> nodes() {
    return nodes;
  }

  /** Declared types of intermediate values ({@code value_info}), by name. */
  public Map<String, Value> declared() {
    return declared;
  }

  /** The node that defines the value; empty for inputs and initializers. */
  public Optional<Node> producer(String value) {
    return Optional.ofNullable(producers.get(value));
  }

  /**
   * The nodes that read the value, a node twice if it reads it twice; graph outputs are not among
   * them.
   */
  public List<Node> readers(String value) {
    return Collections.unmodifiableList(readers.getOrDefault(value, List.of()));
  }

  public boolean isInput(String value) {
    return inputNames.contains(value);
  }

  public boolean isOutput(String value) {
    return outputNames.contains(value);
  }

  /** Whether callers may replace this initializer's value. */
  public boolean isOverridable(String initializer) {
    return initializers.containsKey(initializer) && isInput(initializer);
  }

  /**
   * The tensor behind a name that is the same at every run: an initializer that is no input, or a
   * Constant node.
   */
  public Optional<Tensor> constant(String value) {
    Tensor initializer = initializers.get(value);
    if (initializer != null) {
      return isInput(value) ? Optional.empty() : Optional.of(initializer);
    }
    return producer(value)
        .filter(n -> n.op() instanceof Op.Constant)
        .map(n -> ((Op.Constant) n.op()).value());
  }

  /** A builder that holds this graph's content. */
  public Builder toBuilder() {
    Builder builder = new Builder(name);
    builder.opsets.clear();
    builder.opsets.putAll(opsets);
    builder.inputs.addAll(inputs);
    builder.outputs.addAll(outputs);
    builder.initializers.putAll(initializers);
    builder.nodes.addAll(nodes);
    builder.declared.putAll(declared);
    return builder;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Graph that
        && name.equals(that.name)
        && opsets.equals(that.opsets)
        && inputs.equals(that.inputs)
        && outputs.equals(that.outputs)
        && nodes.equals(that.nodes)
        && declared.equals(that.declared)
        && initializers.equals(that.initializers);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, nodes);
  }

  /** Collects a graph's parts; {@link #build} checks them. */
  public static final class Builder {
    /** The opset that a graph made from nothing has. */
    public static final int DEFAULT_OPSET = 17;

    private final String name;
    private final Map<String, Integer> opsets = new LinkedHashMap<>(Map.of("", DEFAULT_OPSET));
    private final List<Value> inputs = new ArrayList<>();
    private final List<Value> outputs = new ArrayList<>();
    private final Map<String, Tensor> initializers = new LinkedHashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Value> declared = new LinkedHashMap<>();

    public Builder(String name) {
      this.name = name;
    }

    public Builder opset(String domain, int version) {
      opsets.put(domain, version);
      return this;
    }

    public Builder input(Value value) {
      inputs.add(value);
      return this;
    }

    public Builder output(Value value) {
      outputs.add(value);
      return this;
    }

    /**
     * @throws InvalidGraphException if there is an initializer of that name already
     */
    public Builder initializer(String name, Tensor tensor) {
      Check.that(initializers.put(name, tensor) == null, "Two initializers are named '%s'", name);
      return this;
    }

    public Builder node(Node node) {
      nodes.add(node);
      return this;
    }

    public Builder node(Op op, List<String> inputs, String output) {
      return node(new Node(output, op, inputs, List.of(output)));
    }

    /** Declares the type of an intermediate value. */
    public Builder declare(Value value) {
      declared.put(value.name(), value);
      return this;
    }

    public Builder replaceInputs(List<Value> values) {
      inputs.clear();
      inputs.addAll(values);
      return this;
    }

    public Builder replaceOutputs(List<Value> values) {
      outputs.clear();
      outputs.addAll(values);
      return this;
    }

    public Builder replaceNodes(List<Node> values) {
      nodes.clear();
      nodes.addAll(values);
      return this;
    }

    public Builder replaceInitializers(Map<String, Tensor> values) {
      initializers.clear();
      initializers.putAll(values);
      return this;
    }

    public Builder replaceDeclared(Map<String, Value> values) {
      declared.clear();
      declared.putAll(values);
      return this;
    }

    /**
     * @throws InvalidGraphException if a value is read before it is defined, or defined twice;
     *     names the node and the value
     */
    public Graph build() {
      Check.that(opsets.containsKey(""), "Graph '%s' names no opset of the ONNX domain", name);
      return new Graph(this);
    }
  }
}
