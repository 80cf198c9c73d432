package io.repfold.precision.int8;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.OpKind;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Checks the QuantizeLinear and DequantizeLinear nodes of a graph against what TensorRT asks for
 * (TensorRT developer guide, explicit quantization; onnx-tensorrt, docs/operators.md).
 */
public final class TensorRtQuantizationCheck {
  private final Graph graph;
  private final List<Breach> breaches = new ArrayList<>();

  private TensorRtQuantizationCheck(Graph graph) {
    this.graph = graph;
  }

  /** What a graph can do wrong. */
  public enum Rule {
    /** Scales are float constants, positive and finite. */
    SCALE,
    /** Integers are INT8. */
    TYPE,
    /** Zero points are 0. */
    ZERO_POINT,
    /** Activations have one scale. */
    PER_TENSOR,
    /** Weights have their scales along the output channels. */
    AXIS,
    /** Scales a channel need opset 13. */
    OPSET,
    /** A DequantizeLinear has the scale of the QuantizeLinear before it. */
    PAIR,
    /** A layer's input and weight are quantized both or neither. */
    BOTH_OPERANDS,
    /** A bias is float. */
    BIAS,
    /** Nothing is quantized between a layer and its activation. */
    ACTIVATION,
    /** Where a layer's sums are added to another branch, that branch is quantized. */
    RESIDUAL
  }

  /**
   * A place that breaks a rule.
   *
   * @param node op and name
   */
  public record Breach(Rule rule, String node, String message) {
    @Override
    public String toString() {
      return "%s: %s (%s)".formatted(node, message, rule);
    }
  }

  /** All breaches, in the graph's order; none for a graph without such nodes. */
  public static List<Breach> check(Graph graph) {
    TensorRtQuantizationCheck rules = new TensorRtQuantizationCheck(graph);
    graph.nodes().forEach(rules::check);
    return List.copyOf(rules.breaches);
  }

  @FormatMethod
  private void breach(Rule rule, Node node, @FormatString String message, Object... arguments) {
    breaches.add(new Breach(rule, node.describe(), message.formatted(arguments)));
  }

  private void check(Node node) {
    Op op = node.op();
    if (op instanceof Op.QuantizeLinear) {
      checkNumbers(node, false);
    } else if (op instanceof Op.DequantizeLinear) {
      checkNumbers(node, true);
      checkPair(node);
      graph.readers(node.output()).forEach(reader -> checkUse(node, reader));
    } else if (isLayer(op)) {
      checkLayer(node);
    } else if (IntegerRole.isAdd(op)) {
      checkAdd(node);
    }
  }

  /** Whether integer kernels compute it with a weight, which they do of no Einsum. */
  private static boolean isLayer(Op op) {
    return OpKind.CONTRACTS.includes(op) && !(op instanceof Op.Einsum);
  }

  private void checkNumbers(Node node, boolean back) {
    Optional<Tensor> scale = graph.constant(node.input(1));
    if (scale.isEmpty() || !scale.get().type().isFloat()) {
      breach(Rule.SCALE, node, "its scale '%s' must be a float constant", node.input(1));
    } else {
      boolean good =
          Arrays.stream(scale.get().toDoubles()).allMatch(s -> s > 0 && Double.isFinite(s));
      if (!good) {
        breach(Rule.SCALE, node, "a scale of '%s' is not positive and finite", node.input(1));
      }
      if (scale.get().size() > 1 && graph.opset() < Quantizer.LOWEST_OPSET) {
        breach(
            Rule.OPSET,
            node,
            "%d scales need opset 13, the graph has %d",
            scale.get().size(),
            graph.opset());
      }
    }
    ElementType type = integers(node, back);
    if (type != ElementType.INT8) {
      breach(Rule.TYPE, node, "its integers are %s and must be INT8", type);
    }
    if (!node.input(2).isEmpty()) {
      Optional<Tensor> zero = graph.constant(node.input(2));
      if (zero.isEmpty() || Arrays.stream(zero.get().toDoubles()).anyMatch(z -> z != 0)) {
        breach(Rule.ZERO_POINT, node, "its zero point '%s' must be 0", node.input(2));
      }
    }
  }

  private ElementType integers(Node node, boolean back) {
    Optional<ElementType> zero = graph.constant(node.input(2)).map(Tensor::type);
    if (zero.isPresent()) {
      return zero.get();
    }
    if (!back) {
      return ((Op.QuantizeLinear) node.op()).to().orElse(ElementType.UINT8);
    }
    Optional<ElementType> constant = graph.constant(node.input(0)).map(Tensor::type);
    return constant
        .or(
            () ->
                graph
                    .producer(node.input(0))
                    .filter(n -> n.op() instanceof Op.QuantizeLinear)
                    .map(n -> integers(n, false)))
        .orElse(ElementType.UINT8);
  }

  private void checkPair(Node back) {
    Optional<Node> before =
        graph.producer(back.input(0)).filter(n -> n.op() instanceof Op.QuantizeLinear);
    if (before.isPresent()) {
      Optional<Tensor> one = graph.constant(before.get().input(1));
      Optional<Tensor> other = graph.constant(back.input(1));
      if (one.isPresent()
          && other.isPresent()
          && !Arrays.equals(one.get().toDoubles(), other.get().toDoubles())) {
        breach(
            Rule.PAIR,
            back,
            "its scale '%s' is not that of %s before it",
            back.input(1),
            before.get().describe());
      }
    }
  }

  /** What reads a DequantizeLinear, and where. */
  private void checkUse(Node back, Node reader) {
    Op op = reader.op();
    if (!isLayer(op)) {
      requireOneScale(back);
      return;
    }
    for (int i = 0; i < reader.inputs().size(); i++) {
      if (!reader.input(i).equals(back.output())) {
        continue;
      }
      if (i == 0) {
        requireOneScale(back);
      } else if (i == 1) {
        requireAxis(back, reader);
      } else {
        breach(Rule.BIAS, reader, "its bias '%s' is quantized and must be float", reader.input(i));
      }
    }
  }

  private void requireOneScale(Node back) {
    graph
        .constant(back.input(1))
        .filter(s -> s.size() > 1)
        .ifPresent(
            s ->
                breach(
                    Rule.PER_TENSOR,
                    back,
                    "an activation has one scale, this one has %d",
                    s.size()));
  }

  private void requireAxis(Node back, Node layer) {
    int axis = ((Op.DequantizeLinear) back.op()).axis();
    OptionalInt rank =
        graph
            .constant(back.input(0))
            .map(t -> OptionalInt.of(t.rank()))
            .orElse(OptionalInt.empty());
    boolean many = graph.constant(back.input(1)).filter(s -> s.size() > 1).isPresent();
    if (!many || rank.isEmpty()) {
      return;
    }
    int found = axis < 0 ? axis + rank.getAsInt() : axis;
    int expected = outputAxis(layer.op(), rank.getAsInt());
    if (found != expected) {
      breach(
          Rule.AXIS,
          back,
          "its scales lie along axis %d, but the output channels of %s are axis %d",
          found,
          layer.describe(),
          expected);
    }
  }

  private static int outputAxis(Op op, int rank) {
    if (op instanceof Op.Conv || op instanceof Op.Gemm gemm && gemm.transB()) {
      return 0;
    }
    return op instanceof Op.MatMul ? rank - 1 : 1;
  }

  private boolean isBack(String value) {
    return graph.producer(value).filter(n -> n.op() instanceof Op.DequantizeLinear).isPresent();
  }

  private void checkLayer(Node layer) {
    boolean input = isBack(layer.input(0));
    boolean weight = isBack(layer.input(1));
    if (input != weight) {
      breach(
          Rule.BOTH_OPERANDS,
          layer,
          "its %s is quantized and its %s is not",
          input ? "input" : "weight",
          input ? "weight" : "input");
    }
    for (Node reader : graph.readers(layer.output())) {
      if (reader.op() instanceof Op.QuantizeLinear) {
        graph.readers(reader.output()).stream()
            .filter(back -> back.op() instanceof Op.DequantizeLinear)
            .flatMap(back -> graph.readers(back.output()).stream())
            .filter(TensorRtQuantizationCheck::isActivation)
            .forEach(
                activation ->
                    breach(
                        Rule.ACTIVATION,
                        reader,
                        "it stands between %s and %s, which a kernel could do at once",
                        layer.describe(),
                        activation.describe()));
      }
    }
  }

  private static boolean isActivation(Node node) {
    return node.op().equals(new Op.Unary(Op.Unary.Function.RELU)) || node.op() instanceof Op.Clip;
  }

  private void checkAdd(Node add) {
    if (add.inputs().size() != 2) {
      return;
    }
    for (int i = 0; i < 2; i++) {
      String other = add.input(1 - i);
      boolean sums = isOwnSum(add.input(i));
      boolean otherSums = isOwnSum(other);
      boolean leadsOn =
          leadsToQuantize(add.output())
              || graph.readers(add.output()).stream()
                  .filter(TensorRtQuantizationCheck::isActivation)
                  .anyMatch(activation -> leadsToQuantize(activation.output()));
      boolean first = i == 0 || !otherSums;
      if (sums && first && leadsOn && !isBack(other) && graph.constant(other).isEmpty()) {
        breach(
            Rule.RESIDUAL,
            add,
            "its branch '%s' must be quantized, because the other is the result of"
                + " a quantized layer",
            other);
      }
    }
  }

  /** Whether it is what a quantized layer sums up, and nothing else reads it. */
  private boolean isOwnSum(String value) {
    return graph.readers(value).size() == 1
        && graph.producer(value).filter(n -> isLayer(n.op()) && isBack(n.input(0))).isPresent();
  }

  private boolean leadsToQuantize(String value) {
    return graph.readers(value).stream().anyMatch(n -> n.op() instanceof Op.QuantizeLinear);
  }
}
