package io.repfold.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Computes a graph in double precision by plain loops: the meaning of every op, against which folds
 * and backends are measured. Opaque nodes are computed by their {@link Decomposition}.
 *
 * <p>Unless a {@link Rounding} is asked for, real values are never rounded, whatever their element
 * type, and a Cast between real types changes nothing; so float16 overflow does not show. Not safe
 * for use by several threads at once.
 */
public final class Interpreter {
  private final Graph graph;
  private final Rounding rounding;
  private final Map<String, NdArray> initializers = new HashMap<>();

  /** Rounds nothing. */
  public Interpreter(Graph graph) {
    this(graph, Rounding.NONE);
  }

  public Interpreter(Graph graph, Rounding rounding) {
    this.graph = graph;
    this.rounding = rounding;
  }

  /**
   * The graph outputs, in the graph's order.
   *
   * @param inputs by name, of the declared rank and known dimensions; an input that is also an
   *     initializer may be left out
   * @throws InvalidGraphException if an input is missing, unknown or of the wrong shape, or if a
   *     node cannot be computed; names the node, its inputs' shapes and the reason
   */
  public Map<String, NdArray> run(Map<String, NdArray> inputs) {
    return run(inputs, (name, value) -> {});
  }

  /**
   * The same, showing each value that a node computes when it does, in topological order.
   *
   * @param observer takes names and values, which it must not change
   */
  public Map<String, NdArray> run(
      Map<String, NdArray> inputs, BiConsumer<String, NdArray> observer) {
    Map<String, NdArray> values = compute(inputs, false, observer);
    Map<String, NdArray> outputs = new LinkedHashMap<>();
    for (Value output : graph.outputs()) {
      outputs.put(output.name(), read(values, output.name()));
    }
    return outputs;
  }

  /**
   * Every value that is computed, graph inputs included and initializers not, in topological order.
   *
   * @throws InvalidGraphException as {@link #run}
   */
  public Map<String, NdArray> runAll(Map<String, NdArray> inputs) {
    return compute(inputs, true, (name, value) -> {});
  }

  /**
   * The outputs of one node; not of an opaque one, whose meaning depends on the graph's opset.
   *
   * @param inputs in the node's order; null, or missing at the end, for an input that is left out
   * @return as many outputs as the op computes, which may be more than the node names
   * @throws InvalidGraphException if the op has no meaning here, or not for these inputs; names the
   *     node, the inputs' types and shapes and the reason
   */
  public static List<NdArray> evaluate(Node node, List<@Nullable NdArray> inputs) {
    return evaluate(node, inputs, Rounding.NONE);
  }

  static List<NdArray> evaluate(Node node, List<@Nullable NdArray> inputs, Rounding rounding) {
    return evaluate(node, inputs, rounding, OptionalInt.empty());
  }

  private static List<NdArray> evaluate(
      Node node, List<@Nullable NdArray> inputs, Rounding rounding, OptionalInt opset) {
    List<NdArray> outputs;
    try {
      outputs = node.op().accept(new Evaluation(node, inputs, rounding, opset));
    } catch (InvalidGraphException | ArithmeticException e) {
      String shapes =
          inputs.stream().map(i -> i == null ? "-" : i.toString()).collect(Collectors.joining(" "));
      InvalidGraphException named =
          new InvalidGraphException(
              "%s, inputs (%s): %s".formatted(node.describe(), shapes, e.getMessage()));
      named.initCause(e);
      throw named;
    }
    Check.that(
        node.outputs().size() <= outputs.size(),
        "%s names %d outputs, but the op has %d",
        node.describe(),
        node.outputs().size(),
        outputs.size());
    return outputs;
  }

  private Map<String, NdArray> compute(
      Map<String, NdArray> given, boolean keepsAll, BiConsumer<String, NdArray> observer) {
    Map<String, NdArray> values = bind(given);
    Map<String, Integer> unread = new HashMap<>();
    for (Node node : graph.nodes()) {
      node.inputs().forEach(name -> unread.merge(name, 1, Integer::sum));
    }
    for (Node node : graph.nodes()) {
      List<@Nullable NdArray> inputs = new ArrayList<>();
      for (String name : node.inputs()) {
        inputs.add(name.isEmpty() ? null : read(values, name));
      }
      List<NdArray> outputs = evaluate(node, inputs, rounding, OptionalInt.of(graph.opset()));
      for (int i = 0; i < node.outputs().size(); i++) {
        if (!node.outputs().get(i).isEmpty()) {
          NdArray value = rounding.stored(outputs.get(i));
          values.put(node.outputs().get(i), value);
          observer.accept(node.outputs().get(i), value);
        }
      }
      if (!keepsAll) {
        forget(node.inputs(), unread, values);
      }
    }
    return values;
  }

  /** Drops values that nothing reads any more, so that a deep network fits into memory. */
  private void forget(
      Collection<String> names, Map<String, Integer> unread, Map<String, NdArray> values) {
    for (String name : names) {
      if (unread.merge(name, -1, Integer::sum) == 0 && !graph.isOutput(name)) {
        values.remove(name);
      }
    }
  }

  private NdArray read(Map<String, NdArray> values, String name) {
    NdArray value = values.get(name);
    if (value != null) {
      return value;
    }
    Tensor tensor = graph.initializers().get(name);
    if (tensor == null) {
      throw new InvalidGraphException("Value '%s' was not computed".formatted(name));
    }
    return initializers.computeIfAbsent(name, k -> NdArray.of(tensor));
  }

  private Map<String, NdArray> bind(Map<String, NdArray> given) {
    for (String name : given.keySet()) {
      Check.that(
          graph.isInput(name),
          "Graph '%s' has no input '%s'; its inputs are %s",
          graph.name(),
          name,
          graph.inputs());
    }
    Map<String, NdArray> values = new LinkedHashMap<>();
    for (Value input : graph.inputs()) {
      NdArray value = given.get(input.name());
      if (value != null) {
        values.put(input.name(), rounding.stored(bind(input, value)));
      } else {
        Check.that(
            graph.initializers().containsKey(input.name()), "Input '%s' is not given", input);
      }
    }
    return values;
  }

  private static NdArray bind(Value input, NdArray value) {
    Optional<Shape> declared = input.shape();
    if (declared.isPresent()) {
      Shape shape = declared.get();
      boolean fits = shape.rank() == value.rank();
      for (int i = 0; fits && i < value.rank(); i++) {
        fits = !(shape.dim(i) instanceof Dim.Known known) || known.size() == value.dim(i);
      }
      Check.that(fits, "Input '%s' was given %s", input, value);
    }
    ElementType type = input.type().orElse(value.type());
    Check.that(
        type == value.type() || value.type() == ElementType.DOUBLE || type.isFloat(),
        "Input '%s' was given %s",
        input,
        value);
    return new NdArray(type, value.dims(), value.data());
  }
}
