package io.repfold.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Element type and shape of every value, as far as they can be known without running the graph.
 *
 * <p>A dimension that depends on symbolic input dimensions is a {@link Dim.Symbol} that spells the
 * computation in a normal form, such as {@code floor((H+1)/2)}; one that cannot be computed is the
 * symbol {@code value[axis]}, after the first value that has it. So two dimensions with equal
 * symbols are the same number at every run, provided that the sizes are such that the graph runs
 * and no slice is empty.
 *
 * <p>Integer computations on shapes (Shape, Gather, Concat, Mul, ...) are followed, so that a
 * Reshape to a computed shape is known. Of an opaque node is known what its {@link Decomposition}
 * tells, or what its attributes and its inputs' shapes do.
 */
public final class ShapeInference {
  private final Graph graph;
  private final boolean refines;
  private final Map<String, Fact> facts = new HashMap<>();
  private final Map<String, Value> known = new LinkedHashMap<>();

  private ShapeInference(Graph graph, boolean refines) {
    this.graph = graph;
    this.refines = refines;
  }

  /**
   * Every value by name: inputs, initializers, then node outputs in topological order. What the
   * graph declares of values ({@code value_info}, graph outputs) is merged in.
   *
   * @throws InvalidGraphException if shapes contradict each other or a declaration; names the node,
   *     its inputs' shapes, what was expected and what was found
   */
  public static Map<String, Value> infer(Graph graph) {
    return known(new ShapeInference(graph, true));
  }

  /**
   * What is true at every size that the graph's inputs may have: as {@link #infer(Graph)}, but a
   * declared number says nothing of a size that follows from symbols. Such a declaration may have
   * been left from another size, and runtimes ignore it.
   *
   * @throws InvalidGraphException likewise
   */
  public static Map<String, Value> inferAtEverySize(Graph graph) {
    return known(new ShapeInference(graph, false));
  }

  private static Map<String, Value> known(ShapeInference inference) {
    inference.run();
    return inference.known;
  }

  /**
   * As {@link #infer(Graph)}, with some inputs' shapes given.
   *
   * @param inputShapes by input name, in elements
   * @throws InvalidGraphException also as {@link FixedShapes#fix}
   */
  public static Map<String, Value> infer(Graph graph, Map<String, long[]> inputShapes) {
    return infer(FixedShapes.withInputs(graph, inputShapes));
  }

  /** The same with what is known of the values' elements. */
  static Map<String, Fact> facts(Graph graph) {
    ShapeInference inference = new ShapeInference(graph, true);
    inference.run();
    return inference.facts;
  }

  private void run() {
    for (Value input : graph.inputs()) {
      learn(input.name(), Fact.of(input), "Input '" + input.name() + "'");
    }
    graph
        .initializers()
        .forEach(
            (name, tensor) -> {
              if (!graph.isInput(name)) {
                learn(name, Fact.of(tensor), "Initializer '" + name + "'");
              }
            });
    Map<String, Value> outputs =
        graph.outputs().stream().collect(Collectors.toMap(Value::name, v -> v, (a, b) -> a));
    for (Node node : graph.nodes()) {
      List<Fact> computed = computed(node);
      for (int i = 0; i < node.outputs().size(); i++) {
        String name = node.outputs().get(i);
        if (!name.isEmpty()) {
          Fact fact = i < computed.size() ? computed.get(i) : Fact.NOTHING;
          fact = merged(node, fact, graph.declared().get(name));
          learn(name, merged(node, fact, outputs.get(name)), node.describe());
        }
      }
    }
  }

  private void learn(String name, Fact fact, String where) {
    Fact named = fact.withShape(fact.shape().map(s -> named(name, s)));
    Check.that(facts.put(name, named) == null, "%s: '%s' is defined twice", where, name);
    known.put(name, new Value(name, named.type(), named.shape()));
  }

  /** Gives unknown dimensions a name, so that they equal themselves. */
  private static Shape named(String value, Shape shape) {
    List<Dim> dims = new ArrayList<>(shape.dims());
    for (int i = 0; i < dims.size(); i++) {
      if (dims.get(i) instanceof Dim.Unknown) {
        String symbol = "%s[%d]".formatted(value, i);
        boolean plain = SizeExpressionParser.isName(symbol);
        dims.set(i, new Dim.Symbol(plain ? symbol : "'" + symbol.replace('\'', '"') + "'"));
      }
    }
    return new Shape(dims);
  }

  private List<Fact> computed(Node node) {
    List<@Nullable Fact> inputs = new ArrayList<>();
    for (String input : node.inputs()) {
      inputs.add(input.isEmpty() ? null : facts.getOrDefault(input, Fact.NOTHING));
    }
    return node.op() instanceof Op.Opaque opaque
        ? decomposed(node, opaque, inputs)
        : computed(node, inputs);
  }

  private List<Fact> decomposed(Node node, Op.Opaque op, List<@Nullable Fact> inputs) {
    try {
      return Decomposed.inferred(node, op, inputs, graph.opset());
    } catch (InvalidGraphException e) {
      throw named(node, inputs, e);
    }
  }

  /** What is known of the outputs of a node that is not opaque. */
  static List<Fact> computed(Node node, List<@Nullable Fact> inputs) {
    return ConstantShapes.evaluated(node, inputs, ruled(node, inputs));
  }

  private static List<Fact> ruled(Node node, List<@Nullable Fact> inputs) {
    try {
      return node.op().accept(new ShapeRules(node, inputs));
    } catch (InvalidGraphException | ArithmeticException e) {
      throw named(node, inputs, e);
    }
  }

  private static InvalidGraphException named(
      Node node, List<@Nullable Fact> inputs, RuntimeException cause) {
    String shapes =
        inputs.stream().map(f -> f == null ? "-" : f.toString()).collect(Collectors.joining(" "));
    InvalidGraphException named =
        new InvalidGraphException(
            "%s, inputs (%s): %s".formatted(node.describe(), shapes, cause.getMessage()));
    named.initCause(cause);
    return named;
  }

  /** Computed facts prevail; declared ones fill the gaps, and a number refines a symbol. */
  private Fact merged(Node node, Fact fact, @Nullable Value declared) {
    if (declared == null) {
      return fact;
    }
    Optional<ElementType> type = fact.type().or(declared::type);
    Check.that(
        declared.type().isEmpty() || type.equals(declared.type()),
        "%s computes %s, but the graph declares %s; correct or remove the declaration",
        node.describe(),
        fact,
        declared);
    Optional<Shape> shape = fact.shape().or(declared::shape);
    if (fact.shape().isPresent() && declared.shape().isPresent()) {
      Shape own = fact.shape().get();
      Shape other = declared.shape().get();
      List<Dim> dims = new ArrayList<>();
      boolean agree = own.rank() == other.rank();
      for (int i = 0; agree && i < own.rank(); i++) {
        agree = !DimMath.contradict(own.dim(i), other.dim(i));
        boolean merges = refines || own.dim(i) instanceof Dim.Unknown;
        dims.add(merges ? DimMath.merge(own.dim(i), other.dim(i)) : own.dim(i));
      }
      Check.that(
          agree,
          "%s computes %s, but the graph declares %s; correct or remove the declaration",
          node.describe(),
          fact,
          declared);
      shape = Optional.of(new Shape(dims));
    }
    return new Fact(type, shape, fact.constant(), fact.sizes());
  }
}
