package io.repfold.djl;

import ai.djl.nn.Parameter;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which tensors of a graph are parameters.
 *
 * <p>A tensor is learnt if it is read as the kernel, matrix, bias, scale, shift or slope of a node
 * that computes on the graph's inputs, or as a term or factor of elementwise arithmetic; also
 * through nodes that only move elements (Identity, Reshape, Concat, ...), and through arithmetic of
 * tensors alone. What arithmetic on shapes reads, such as the matrix of a pooling that is computed
 * from the image's size, is not learnt, nor is a scalar of rank 0 in elementwise arithmetic: that
 * is a number in a formula.
 */
final class Roles {
  private final Graph graph;

  /** Values that differ with the inputs, be it with their sizes only. */
  private final Set<String> dependent = new HashSet<>();

  /** Values that differ with the inputs' content. */
  private final Set<String> computed = new HashSet<>();

  private final Map<String, Parameter.Type> found = new LinkedHashMap<>();
  private boolean trainsConstants;

  private Roles(Graph graph) {
    this.graph = graph;
  }

  /** The parameters by name, in the order in which the graph reads them. */
  static Map<String, Parameter.Type> of(Graph graph, GraphBlockOptions.Constants constants) {
    Roles roles = new Roles(graph);
    roles.findDependents();
    roles.trainsConstants =
        constants == GraphBlockOptions.Constants.TRAINED
            || (constants == GraphBlockOptions.Constants.AUTOMATIC && !roles.hasKernels());
    graph.nodes().forEach(roles::visit);
    return roles.found;
  }

  private void findDependents() {
    graph.inputs().stream()
        .map(Value::name)
        .filter(name -> !graph.initializers().containsKey(name))
        .forEach(computed::add);
    dependent.addAll(computed);
    for (Node node : graph.nodes()) {
      if (computes(node) && !(node.op() instanceof Op.ShapeOf || node.op() instanceof Op.Size)) {
        computed.addAll(node.outputs());
      }
      if (dependsOnInputs(node)) {
        dependent.addAll(node.outputs());
      }
    }
  }

  private boolean dependsOnInputs(Node node) {
    return node.inputs().stream().anyMatch(dependent::contains);
  }

  private boolean computes(Node node) {
    return node.inputs().stream().anyMatch(computed::contains);
  }

  private boolean hasKernels() {
    return graph.nodes().stream()
        .filter(this::computes)
        .filter(
            n ->
                n.op() instanceof Op.Conv
                    || n.op() instanceof Op.ConvTranspose
                    || n.op() instanceof Op.MatMul
                    || n.op() instanceof Op.Gemm)
        .flatMap(n -> n.inputs().stream())
        .map(this::source)
        .map(name -> graph.initializers().get(name))
        .anyMatch(t -> t != null && t.type().isFloat() && t.rank() > 1);
  }

  /** The value that nodes which only move elements hand on. */
  private String source(String value) {
    String name = value;
    Optional<Node> producer = graph.producer(name);
    while (producer.isPresent() && moves(producer.get().op())) {
      name = producer.get().input(0);
      producer = graph.producer(name);
    }
    return name;
  }

  private void visit(Node node) {
    if (!computes(node)) {
      return;
    }
    if (node.op() instanceof Op.BatchNormalization) {
      statistic(node, 3, Parameter.Type.RUNNING_MEAN);
      statistic(node, 4, Parameter.Type.RUNNING_VAR);
    }
    List<Integer> places = places(node);
    for (int place : places) {
      String name = node.input(place);
      if (!name.isEmpty()) {
        learn(name, type(node, place), isElementwise(node.op()));
      }
    }
  }

  private void statistic(Node node, int place, Parameter.Type type) {
    String name = source(node.input(place));
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

  private void learn(String name, Parameter.Type type, boolean elementwise) {
    if (name.isEmpty() || found.containsKey(name)) {
      return;
    }
    Tensor initializer = graph.initializers().get(name);
    if (initializer != null) {
      if (!graph.isInput(name)
          && initializer.type().isFloat()
          && !(elementwise && initializer.rank() == 0)) {
        checkType(name, initializer);
        found.put(name, type);
      }
      return;
    }
    Optional<Node> producer = graph.producer(name);
    if (producer.isEmpty()) {
      return;
    }
    Node node = producer.get();
    if (node.op() instanceof Op.Constant constant) {
      if (trainsConstants
          && constant.value().type().isFloat()
          && !(elementwise && constant.value().size() == 1)) {
        checkType(name, constant.value());
        found.put(name, type);
      }
    } else if (moves(node.op())) {
      learn(node.input(0), type, elementwise);
    } else if (node.op() instanceof Op.Concat && !dependsOnInputs(node)) {
      node.inputs().forEach(i -> learn(i, type, elementwise));
    } else if (!dependsOnInputs(node)) {
      boolean formula = isElementwise(node.op());
      places(node).forEach(place -> learn(node.input(place), type, formula));
    }
  }

  private static void checkType(String name, Tensor tensor) {
    Check.that(
        tensor.type() == ElementType.FLOAT,
        "Parameter '%s' is %s, but training computes in float32; convert the model's weights to"
            + " float32 first",
        name,
        tensor.describe());
  }

  private static boolean moves(Op op) {
    return op instanceof Op.Identity
        || op instanceof Op.Reshape
        || op instanceof Op.Transpose
        || op instanceof Op.Squeeze
        || op instanceof Op.Unsqueeze
        || op instanceof Op.Flatten
        || op instanceof Op.Expand
        || op instanceof Op.Tile
        || op instanceof Op.Slice
        || op instanceof Op.Pad
        || op instanceof Op.Split;
  }

  private static boolean isElementwise(Op op) {
    return op instanceof Op.Binary || op instanceof Op.Variadic;
  }

  /** The inputs that may be learnt. */
  private static List<Integer> places(Node node) {
    Op op = node.op();
    if (op instanceof Op.Conv
        || op instanceof Op.ConvTranspose
        || op instanceof Op.BatchNormalization) {
      return List.of(0, 1, 2);
    }
    if (op instanceof Op.PRelu || op instanceof Op.MatMul) {
      return List.of(0, 1);
    }
    if (op instanceof Op.Gemm) {
      return List.of(0, 1, 2);
    }
    if (op instanceof Op.Binary binary) {
      return switch (binary.function()) {
        case ADD, SUB, MUL, DIV -> List.of(0, 1);
        case POW -> List.of(0);
        case EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, AND, OR -> List.of();
      };
    }
    if (op instanceof Op.Variadic || op instanceof Op.Concat) {
      List<Integer> all = new ArrayList<>();
      for (int i = 0; i < node.inputs().size(); i++) {
        all.add(i);
      }
      return all;
    }
    if (op instanceof Op.Where) {
      return List.of(1, 2);
    }
    return op instanceof Op.Unary || op instanceof Op.Reduce || op instanceof Op.Softmax
        ? List.of(0)
        : List.of();
  }

  private static Parameter.Type type(Node node, int place) {
    Op op = node.op();
    if (op instanceof Op.BatchNormalization) {
      return place == 1 ? Parameter.Type.GAMMA : Parameter.Type.BETA;
    }
    if (op instanceof Op.Conv || op instanceof Op.ConvTranspose || op instanceof Op.Gemm) {
      return place == 2 ? Parameter.Type.BIAS : Parameter.Type.WEIGHT;
    }
    return op instanceof Op.MatMul ? Parameter.Type.WEIGHT : Parameter.Type.OTHER;
  }
}
