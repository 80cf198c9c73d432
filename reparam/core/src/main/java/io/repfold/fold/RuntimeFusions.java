package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.OpKind;
import io.repfold.graph.Tensor;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Scales and shifts that are part of what runtimes compute as one op: GELU with erf or tanh,
 * QuickGELU, HardSigmoid and HardSwish, normalizations written out, and the scale of an attention.
 * Folding one into a convolution would save a multiplication and cost the fusion: a Mul by 0.5
 * behind an exported GELU, merged into the next Conv, made that block 1.4 times as slow in ONNX
 * Runtime.
 */
final class RuntimeFusions {
  private static final double ALMOST = 1e-3;

  /** Nodes that may lie between the parts of one op. */
  private static final int FARTHEST = 8;

  private final Graph graph;
  private final Set<String> parts = new HashSet<>();

  RuntimeFusions(Graph graph) {
    this.graph = graph;
    graph.nodes().forEach(this::look);
  }

  /** Whether a node is part of such an op. */
  boolean include(Node node) {
    return !node.outputs().isEmpty() && parts.contains(node.output());
  }

  private void look(Node node) {
    Op op = node.op();
    if (op instanceof Op.Unary unary) {
      switch (unary.function()) {
        case ERF, TANH -> activation(node);
        case SIGMOID -> gate(node);
        default -> {}
      }
    } else if (op instanceof Op.Clip) {
      activation(node);
      hardSigmoid(node);
    } else if (op instanceof Op.InstanceNormalization) {
      affineBehind(node.output(), FARTHEST);
    } else if (op instanceof Op.MatMul && !hasConstant(node)) {
      attention(node);
    } else if (isQuotientByRoot(node)) {
      affineBehind(node.output(), FARTHEST);
    }
  }

  private boolean hasConstant(Node node) {
    return node.inputs().stream().anyMatch(i -> graph.constant(i).isPresent());
  }

  /** GELU with erf or tanh, HardSwish. */
  private void activation(Node gate) {
    WrittenActivation.around(graph, gate, ALMOST)
        .ifPresent(found -> found.nodes().forEach(node -> parts.add(node.output())));
  }

  /** {@code x sigmoid(1.702 x)}. */
  private void gate(Node node) {
    Optional<Node> scaled = graph.producer(node.input(0)).filter(p -> scalar(p).isPresent());
    boolean gates =
        scaled.isPresent()
            && graph.readers(node.output()).stream()
                .anyMatch(
                    reader ->
                        reader.op() instanceof Op.Binary
                            && reader.inputs().stream()
                                .anyMatch(i -> scaled.get().inputs().contains(i)));
    if (gates) {
      parts.add(scaled.get().output());
    }
  }

  /** {@code clip(x + 3, 0, 6) / 6}, times x before or behind the division for HardSwish. */
  private void hardSigmoid(Node node) {
    Optional<Node> shifted =
        graph
            .producer(node.input(0))
            .filter(
                p -> isBy(p, Op.Binary.Function.ADD, 3) || isBy(p, Op.Binary.Function.ADD, 0.5));
    if (shifted.isEmpty()) {
      return;
    }
    parts.add(shifted.get().output());
    graph
        .producer(shifted.get().input(0))
        .filter(this::dividesBySix)
        .ifPresent(p -> parts.add(p.output()));
    divisionBehind(node.output(), 2);
  }

  private void divisionBehind(String value, int depth) {
    for (Node reader : graph.readers(value)) {
      if (depth == 0 || !(reader.op() instanceof Op.Binary binary)) {
        continue;
      }
      if (dividesBySix(reader)) {
        parts.add(reader.output());
      } else if (binary.function() == Op.Binary.Function.MUL && !hasConstant(reader)) {
        divisionBehind(reader.output(), depth - 1);
      }
    }
  }

  private boolean dividesBySix(Node node) {
    return isBy(node, Op.Binary.Function.DIV, 6) || isBy(node, Op.Binary.Function.MUL, 1.0 / 6);
  }

  /** {@code x / sqrt(...)}, or times the reciprocal of a root: a normalization, written out. */
  private boolean isQuotientByRoot(Node node) {
    return node.op() instanceof Op.Binary binary
        && !hasConstant(node)
        && switch (binary.function()) {
          case DIV -> isRoot(node.input(1));
          case MUL ->
              node.inputs().stream()
                  .flatMap(i -> graph.producer(i).stream())
                  .anyMatch(p -> isUnary(p, Op.Unary.Function.RECIPROCAL) && isRoot(p.input(0)));
          default -> false;
        };
  }

  private boolean isRoot(String value) {
    return graph.producer(value).filter(p -> isUnary(p, Op.Unary.Function.SQRT)).isPresent();
  }

  private static boolean isUnary(Node node, Op.Unary.Function function) {
    return node.op() instanceof Op.Unary unary && unary.function() == function;
  }

  /** The Mul and Add by constants behind a normalization, a Reshape between them included. */
  private void affineBehind(String value, int farthest) {
    List<Node> readers = graph.readers(value);
    if (readers.size() != 1 || farthest == 0) {
      return;
    }
    Node reader = readers.get(0);
    if (OpKind.RESHAPES.includes(reader.op())) {
      affineBehind(reader.output(), farthest - 1);
    } else if (reader.op() instanceof Op.Binary binary && hasConstant(reader)) {
      boolean multiplies = binary.function() == Op.Binary.Function.MUL;
      if (multiplies || binary.function() == Op.Binary.Function.ADD) {
        parts.add(reader.output());
        if (multiplies) {
          affineBehind(reader.output(), farthest - 1);
        }
      }
    }
  }

  /** A number times the product of queries and keys, or times either of them. */
  private void attention(Node node) {
    for (Node reader : scalarsBehind(node.output())) {
      parts.add(reader.output());
    }
    for (String input : node.inputs()) {
      Optional<Node> producer = graph.producer(input);
      for (int i = 0; i < FARTHEST && producer.filter(RuntimeFusions::moves).isPresent(); i++) {
        producer = graph.producer(producer.get().input(0));
      }
      producer.filter(p -> scalar(p).isPresent()).ifPresent(p -> parts.add(p.output()));
    }
  }

  private static boolean moves(Node node) {
    return node.op() instanceof Op.Transpose || OpKind.RESHAPES.includes(node.op());
  }

  private List<Node> scalarsBehind(String value) {
    return graph.readers(value).stream().filter(n -> scalar(n).isPresent()).toList();
  }

  private boolean isBy(Node node, Op.Binary.Function function, double number) {
    return node.op() instanceof Op.Binary binary
        && binary.function() == function
        && scalar(node).stream().anyMatch(c -> isNear(c, number));
  }

  private static boolean isNear(double a, double b) {
    return Math.abs(a - b) <= ALMOST * Math.abs(b);
  }

  /** The single number that a node adds, subtracts, multiplies or divides by. */
  private OptionalDouble scalar(Node node) {
    if (!(node.op() instanceof Op.Binary binary)) {
      return OptionalDouble.empty();
    }
    boolean known =
        switch (binary.function()) {
          case ADD, SUB, MUL, DIV -> true;
          case POW, EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, AND, OR -> false;
        };
    Optional<Tensor> constant =
        graph.constant(node.input(1)).or(() -> graph.constant(node.input(0)));
    return known
            && constant.isPresent()
            && constant.get().size() == 1
            && constant.get().type().isFloat()
        ? OptionalDouble.of(constant.get().doubleAt(0))
        : OptionalDouble.empty();
  }
}
