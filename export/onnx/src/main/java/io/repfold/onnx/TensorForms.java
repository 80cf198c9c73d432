package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import io.repfold.graph.ElementType;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The forms of constants, casts and the ops that pick elements. */
final class TensorForms {
  private static final Tensor FLOAT_ZERO = Tensor.ofFloats(new float[1], 1);

  private TensorForms() {}

  static Map<String, OpForm> all() {
    return Map.of(
        "Constant", OpForm.of(1, 0, 0, TensorForms::constant),
        "ConstantOfShape", OpForm.of(9, 1, 1, TensorForms::constantOfShape),
        "Cast", OpForm.of(6, 1, 1, TensorForms::cast),
        "Gather", OpForm.of(1, 2, 2, n -> new Op.Gather(n.integer("axis", 0))),
        "ScatterND", OpForm.of(11, 3, 3, TensorForms::scatterND),
        "Range", OpForm.of(11, 3, 3, n -> new Op.Range()));
  }

  /** Of a Constant's attributes exactly one is given; a sparse value is left alone. */
  private static Op constant(NodeView node) {
    Optional<Tensor> value = tensor(node, "value");
    if (value.isEmpty() && node.opset() >= 12) {
      value = shorthand(node);
    }
    node.require(value.isPresent());
    return new Op.Constant(value.orElse(FLOAT_ZERO));
  }

  private static Optional<Tensor> shorthand(NodeView node) {
    if (node.hasAttribute("value_float")) {
      return Optional.of(Tensor.ofFloats(new float[] {node.real("value_float", 0)}));
    } else if (node.hasAttribute("value_int")) {
      return Optional.of(Tensor.ofLongs(new long[] {node.longInteger("value_int", 0)}));
    } else if (node.hasAttribute("value_floats")) {
      return node.attribute("value_floats", AttributeType.FLOATS).map(TensorForms::floats);
    } else if (node.hasAttribute("value_ints")) {
      return node.longs("value_ints")
          .map(v -> v.stream().mapToLong(Long::longValue).toArray())
          .map(v -> Tensor.ofLongs(v, v.length));
    } else if (node.hasAttribute("value_string")) {
      return node.attribute("value_string", AttributeType.STRING)
          .map(a -> Tensor.ofStrings(List.of(a.getS().toByteArray())));
    }
    return node.attribute("value_strings", AttributeType.STRINGS)
        .map(
            a ->
                Tensor.ofStrings(
                    a.getStringsList().stream().map(s -> s.toByteArray()).toList(),
                    a.getStringsCount()));
  }

  private static Tensor floats(AttributeProto attribute) {
    float[] values = new float[attribute.getFloatsCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = attribute.getFloats(i);
    }
    return Tensor.ofFloats(values, values.length);
  }

  private static Optional<Tensor> tensor(NodeView node, String name) {
    return node.attribute(name, AttributeType.TENSOR)
        .map(a -> TensorReader.read(a.getT(), "attribute '%s'".formatted(name)));
  }

  private static Op constantOfShape(NodeView node) {
    Tensor value = tensor(node, "value").orElse(FLOAT_ZERO);
    node.require(value.size() == 1);
    return new Op.ConstantOfShape(value);
  }

  /** A Cast that saturates and rounds up, which are the defaults. */
  private static Op cast(NodeView node) {
    int code = node.requiredInteger("to");
    Optional<ElementType> to =
        Arrays.stream(ElementType.values()).filter(t -> t.code() == code).findFirst();
    node.require(to.isPresent());
    if (node.opset() >= 19) {
      node.require(node.flag("saturate", true));
    }
    if (node.opset() >= 24) {
      node.require(node.text("round_mode", "up").equals("up"));
    }
    return new Op.Cast(to.orElse(ElementType.FLOAT));
  }

  private static Op scatterND(NodeView node) {
    if (node.opset() >= 16) {
      node.require(node.text("reduction", "none").equals("none"));
    }
    return new Op.ScatterND();
  }
}
