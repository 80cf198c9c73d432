package io.repfold.precision.int8;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.OpKind;
import io.repfold.graph.Tensor;
import java.util.Optional;

/**
 * A node with weights that integer kernels compute.
 *
 * @param weight constant, float32
 * @param bias constant, one element for each output channel, if there is one
 * @param axis that of the weight's output channels
 */
record QuantizableLayer(Node node, Tensor weight, Optional<Tensor> bias, int axis) {
  /** What {@code node} is as a layer, or why it is none that can be quantized. */
  sealed interface Finding {
    /** A layer. */
    record Found(QuantizableLayer layer) implements Finding {}

    /** A node with weights that stays as it is. */
    record Refused(String because) implements Finding {}

    /** A node without weights. */
    record NoLayer() implements Finding {}
  }

  static Finding find(Graph graph, Node node, QuantizationTarget target) {
    Op op = node.op();
    if (!OpKind.CONTRACTS.includes(op)) {
      return new Finding.NoLayer();
    }
    if (op instanceof Op.Einsum) {
      return new Finding.Refused("no runtime has an integer kernel for it");
    }
    Optional<Tensor> weight = graph.constant(node.input(1));
    if (weight.isEmpty() || weight.get().type() != ElementType.FLOAT) {
      return new Finding.Refused(
          graph.isOverridable(node.input(1))
              ? "its weight is also a graph input, so callers may replace it"
              : "its second operand is no constant float32 weight");
    }
    if (graph.constant(node.input(0)).isPresent()) {
      return new Finding.Refused("its input is a constant");
    }
    if (!isFinite(weight.get())) {
      return new Finding.Refused("its weight holds numbers that are infinite or none");
    }
    if (op instanceof Op.ConvTranspose && target == QuantizationTarget.CPU) {
      return new Finding.Refused("ONNX Runtime has no integer kernel for it on a CPU");
    }
    if (op instanceof Op.Gemm gemm && (gemm.transA() || gemm.alpha() != 1 || gemm.beta() != 1)) {
      return new Finding.Refused("integer kernels take no alpha, beta or transposed input");
    }
    if (op instanceof Op.MatMul && weight.get().rank() != 2) {
      return new Finding.Refused("its weight is no matrix");
    }
    int axis = axis(op);
    String bias = op instanceof Op.MatMul ? "" : node.input(2);
    Optional<Tensor> constant = graph.constant(bias);
    long channels = channels(op, weight.get(), axis);
    if (!bias.isEmpty() && constant.filter(b -> isOfChannels(b, channels)).isEmpty()) {
      return new Finding.Refused("its bias is no constant with one element a channel");
    }
    return new Finding.Found(new QuantizableLayer(node, weight.get(), constant, axis));
  }

  /** Whether the bias differs by output channel only, which is the last axis of a product's. */
  private static boolean isOfChannels(Tensor bias, long channels) {
    boolean last = bias.rank() == 0 || bias.dim(bias.rank() - 1) == channels;
    return bias.type() == ElementType.FLOAT && bias.size() == channels && last;
  }

  private static boolean isFinite(Tensor weight) {
    int size = Math.toIntExact(weight.size());
    for (int i = 0; i < size; i++) {
      if (!Double.isFinite(weight.doubleAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static int axis(Op op) {
    if (op instanceof Op.Conv) {
      return 0;
    }
    return op instanceof Op.Gemm gemm && gemm.transB() ? 0 : 1;
  }

  private static long channels(Op op, Tensor weight, int axis) {
    return weight.dim(axis) * (op instanceof Op.ConvTranspose transposed ? transposed.groups() : 1);
  }

  String weightName() {
    return node.input(1);
  }

  String input() {
    return node.input(0);
  }

  String output() {
    return node.output();
  }

  /** Whether it can take a bias. */
  boolean takesBias() {
    return !(node.op() instanceof Op.MatMul);
  }
}
