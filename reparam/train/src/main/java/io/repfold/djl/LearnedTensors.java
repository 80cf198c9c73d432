package io.repfold.djl;

import ai.djl.nn.Parameter;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.OpKind;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which tensors of a graph are parameters.
 *
 * <p>A tensor is learnt if the outputs have a gradient by it: it is read, directly or through
 * differentiable ops, by a node that computes on the images. These are not: what arithmetic on
 * shapes reads, such as the matrix of a pooling that is computed from the image's size; a single
 * number of a formula, unless it has the name of a module's parameter; and what {@link Held} tells.
 */
final class LearnedTensors {
  private final Graph graph;
  private final GraphBlockOptions options;

  /** Values that differ with the images' content. */
  private final Set<String> content = new HashSet<>();

  /** Values that do not, but are numbers computed from sizes. */
  private final Set<String> sizes = new HashSet<>();

  private final Map<String, String> held;

  private final Map<String, Parameter.Type> found = new LinkedHashMap<>();
  private final Set<String> seen = new HashSet<>();
  private final boolean trainsConstants;

  /**
   * @param parameters by name, in the order in which the graph reads them
   * @param held reasons by name of tensors that would be parameters
   */
  record Found(Map<String, Parameter.Type> parameters, Map<String, String> held) {}

  private LearnedTensors(Graph graph, GraphBlockOptions options) {
    this.graph = graph;
    this.options = options;
    findDependents();
    this.held = Held.of(graph, content::contains);
    this.trainsConstants =
        options.constants() == GraphBlockOptions.Constants.TRAINED
            || (options.constants() == GraphBlockOptions.Constants.AUTOMATIC && !hasKernels());
  }

  static Found of(Graph graph, GraphBlockOptions options) {
    LearnedTensors roles = new LearnedTensors(graph, options);
    graph.nodes().forEach(roles::visit);
    Map<String, String> held = new LinkedHashMap<>();
    for (String name : roles.found.keySet()) {
      roles.reasonToHold(name).ifPresent(reason -> held.put(name, reason));
    }
    roles.found.keySet().removeAll(held.keySet());
    return new Found(roles.found, held);
  }

  private Optional<String> reasonToHold(String name) {
    if (options.hold().test(name)) {
      return Optional.of("as told");
    }
    return options.learn().test(name) ? Optional.empty() : Optional.ofNullable(held.get(name));
  }

  private void findDependents() {
    graph.requiredInputs().stream().map(Value::name).forEach(content::add);
    Set<String> shaped = new HashSet<>(content);
    for (Node node : graph.nodes()) {
      boolean counts = OpKind.MEASURES.includes(node.op());
      if (counts) {
        if (node.inputs().stream().anyMatch(shaped::contains)) {
          sizes.addAll(node.outputs());
        }
      } else if (isContent(node)) {
        content.addAll(node.outputs());
      } else if (Places.values(node).anyMatch(i -> sizes.contains(node.input(i)))) {
        sizes.addAll(node.outputs());
      }
      if (node.inputs().stream().anyMatch(shaped::contains)) {
        shaped.addAll(node.outputs());
      }
    }
  }

  private boolean isContent(Node node) {
    return node.inputs().stream().anyMatch(content::contains);
  }

  private boolean hasKernels() {
    return graph.nodes().stream()
        .filter(this::isContent)
        .filter(n -> hasKernel(n.op()))
        .flatMap(n -> n.inputs().stream())
        .map(name -> graph.initializers().get(source(graph, name)))
        .anyMatch(t -> t != null && t.type().isFloat() && t.rank() > 1);
  }

  static boolean hasKernel(Op op) {
    return OpKind.CONTRACTS.includes(op);
  }

  /** The value that nodes which only move or round elements hand on. */
  static String source(Graph graph, String value) {
    String name = value;
    Optional<String> before = before(graph, name);
    while (before.isPresent()) {
      name = before.get();
      before = before(graph, name);
    }
    return name;
  }

  private static Optional<String> before(Graph graph, String value) {
    Optional<Node> producer = graph.producer(value);
    return producer
        .flatMap(node -> RoundedTensor.readBy(graph, node))
        .map(RoundedTensor::real)
        .or(() -> producer.filter(node -> moves(node.op())).map(node -> node.input(0)));
  }

  private void visit(Node node) {
    if (!isContent(node)) {
      return;
    }
    if (node.op() instanceof Op.BatchNormalization) {
      statistic(node, 3, Parameter.Type.RUNNING_MEAN);
      statistic(node, 4, Parameter.Type.RUNNING_VAR);
    }
    Places.differentiable(node)
        .forEach(place -> learn(node.input(place), type(node, place), isFormula(node.op())));
  }

  private void statistic(Node node, int place, Parameter.Type type) {
    String name = source(graph, node.input(place));
    if (graph.isInput(name)) {
      return;
    }
    Tensor tensor = graph.initializers().get(name);
    if (tensor != null || (trainsConstants && constant(name).isPresent())) {
      checkType(name, tensor != null ? tensor : constant(name).orElseThrow());
      found.put(name, type);
    }
  }

  private Optional<Tensor> constant(String name) {
    return graph.producer(name).flatMap(n -> graph.constant(n.output()));
  }

  private void learn(String name, Parameter.Type type, boolean formula) {
    if (name.isEmpty() || content.contains(name) || found.containsKey(name)) {
      return;
    }
    Tensor initializer = graph.initializers().get(name);
    if (initializer != null) {
      boolean number =
          formula && initializer.rank() == 0 && !ParameterNames.isOne(name)
              || ParameterNames.isComputed(name) && initializer.isUniform();
      learn(name, type, initializer, number || graph.isInput(name));
      return;
    }
    Optional<Node> producer = graph.producer(name);
    if (producer.isEmpty()) {
      return;
    }
    Node node = producer.get();
    if (node.op() instanceof Op.Constant constant) {
      boolean number = formula && constant.value().size() == 1;
      learn(name, type, constant.value(), number || !trainsConstants);
    } else if (node.op() instanceof Op.DequantizeLinear) {
      RoundedTensor.readBy(graph, node).ifPresent(rounded -> learn(rounded.real(), type, formula));
    } else if (moves(node.op())) {
      learn(node.input(0), type, formula);
    } else if (node.op() instanceof Op.Concat || node.op() instanceof Op.Cast) {
      node.inputs().forEach(input -> learn(input, type, formula));
    } else if (!sizes.contains(name) && seen.add(name)) {
      Places.differentiable(node)
          .forEach(place -> learn(node.input(place), type(node, place), isFormula(node.op())));
    }
  }

  private void learn(String name, Parameter.Type type, Tensor tensor, boolean unlessTold) {
    if (tensor.type().isFloat() && (!unlessTold || mayLearn(name))) {
      checkType(name, tensor);
      found.put(name, type);
    }
  }

  private boolean mayLearn(String name) {
    return !graph.isInput(name) && options.learn().test(name);
  }

  private static void checkType(String name, Tensor tensor) {
    Check.that(
        tensor.type() == ElementType.FLOAT,
        "Parameter '%s' is %s, but training computes in float32; convert the model's weights to"
            + " float32 first",
        name,
        tensor.describe());
  }

  static boolean moves(Op op) {
    return switch (OpKind.of(op)) {
      case PASSES, RESHAPES, MOVES -> true;
      default -> false;
    };
  }

  private static boolean isFormula(Op op) {
    return OpKind.COMBINES.includes(op);
  }

  private Parameter.Type type(Node node, int place) {
    Op op = node.op();
    if (op instanceof Op.BatchNormalization) {
      return place == 1 ? Parameter.Type.GAMMA : Parameter.Type.BETA;
    }
    if (op instanceof Op.Conv || op instanceof Op.ConvTranspose || op instanceof Op.Gemm) {
      return place == 2 ? Parameter.Type.BIAS : Parameter.Type.WEIGHT;
    }
    if (OpKind.isNormalization(op) && place > 0) {
      return place == 1 ? Parameter.Type.GAMMA : Parameter.Type.BETA;
    }
    if (op instanceof Op.Binary binary) {
      return type(node.input(1 - place), binary.function());
    }
    // A table that a matrix is multiplied by is no matrix.
    return op instanceof Op.MatMul && place == 1 ? Parameter.Type.WEIGHT : Parameter.Type.OTHER;
  }

  /** Of what is added to a matrix product, or scales and shifts what was normalized. */
  private Parameter.Type type(String other, Op.Binary.Function function) {
    Op op = graph.producer(source(graph, other)).<Op>map(Node::op).orElse(null);
    boolean normalized =
        op != null && OpKind.isNormalization(op) && !(op instanceof Op.BatchNormalization);
    if (function == Op.Binary.Function.MUL && normalized) {
      return Parameter.Type.GAMMA;
    }
    if (function != Op.Binary.Function.ADD) {
      return Parameter.Type.OTHER;
    }
    if (op instanceof Op.MatMul) {
      return Parameter.Type.BIAS;
    }
    return isScaledNormalization(source(graph, other)) ? Parameter.Type.BETA : Parameter.Type.OTHER;
  }

  private boolean isScaledNormalization(String value) {
    return graph
        .producer(value)
        .filter(n -> n.op() instanceof Op.Binary b && b.function() == Op.Binary.Function.MUL)
        .map(
            product ->
                product.inputs().stream()
                    .anyMatch(input -> type(input, Op.Binary.Function.MUL) == Parameter.Type.GAMMA))
        .orElse(false);
  }
}
