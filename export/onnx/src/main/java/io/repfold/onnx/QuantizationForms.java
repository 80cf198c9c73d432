package io.repfold.onnx;

import io.repfold.graph.ElementType;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * The forms of QuantizeLinear and DequantizeLinear with one scale, or one a channel. Blocks of
 * scales, and numbers of 4 and less bits or with a fraction, are left alone.
 */
final class QuantizationForms {
  private static final int DEFAULT_AXIS = 1;

  private QuantizationForms() {}

  static Map<String, OpForm> all() {
    return Map.of(
        "QuantizeLinear", OpForm.of(10, 2, 3, QuantizationForms::quantize),
        "DequantizeLinear", OpForm.of(10, 2, 3, QuantizationForms::dequantize));
  }

  private static Op quantize(NodeView node) {
    int axis = axis(node);
    if (node.opset() >= 19) {
      node.require(node.flag("saturate", true));
    }
    if (node.opset() >= 23) {
      node.require(node.integer("precision", 0) == 0);
    }
    Optional<ElementType> to = node.opset() >= 21 ? type(node) : Optional.empty();
    node.require(to.map(QuantizationForms::isModeled).orElse(true));
    return new Op.QuantizeLinear(axis, to);
  }

  private static Op dequantize(NodeView node) {
    int axis = axis(node);
    Optional<ElementType> to = node.opset() >= 23 ? type(node) : Optional.empty();
    node.require(to.map(ElementType::isFloat).orElse(true));
    return new Op.DequantizeLinear(axis, to);
  }

  private static int axis(NodeView node) {
    node.require(isModeled(node.constantInput(2)));
    if (node.opset() >= 21) {
      node.require(node.integer("block_size", 0) == 0);
    }
    return node.opset() >= 13 ? node.integer("axis", DEFAULT_AXIS) : DEFAULT_AXIS;
  }

  private static boolean isModeled(Optional<Tensor> zeroPoint) {
    return zeroPoint.map(Tensor::type).map(QuantizationForms::isModeled).orElse(true);
  }

  private static boolean isModeled(ElementType type) {
    return type.isNumeric() && !type.isFloat() && type != ElementType.BOOL;
  }

  /** The attribute {@code output_dtype}, in which 0 stands for none. */
  private static Optional<ElementType> type(NodeView node) {
    int code = node.integer("output_dtype", 0);
    Optional<ElementType> type =
        Arrays.stream(ElementType.values()).filter(t -> t.code() == code).findFirst();
    node.require(code == 0 || type.isPresent());
    return type;
  }
}
