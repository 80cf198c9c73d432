package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The plainest legal node of each operator and opset, made from the operators' own signatures. */
final class UsualNodes {
  /** The opset in which an operator took the meaning that its typed form has. */
  private static final Map<String, Integer> MEANING =
      Map.ofEntries(
          Map.entry("Pad", 2), // paddings became pads
          Map.entry("Split", 2), // the sizes were an attribute or an input
          Map.entry("Reshape", 5), // the shape became an input
          Map.entry("Cast", 6), // the type became a number
          Map.entry("Tile", 6), // tiles and axis became repeats
          Map.entry("PRelu", 7), // the slope broadcasts
          // What follows had nothing but the hint consumed_inputs, which is not read.
          Map.entry("BatchNormalization", 6),
          Map.entry("Clip", 6),
          Map.entry("Dropout", 6),
          Map.entry("InstanceNormalization", 6),
          Map.entry("Selu", 6), // and its default numbers got more digits
          Map.entry("TopK", 10), // k became an input
          Map.entry("Gemm", 6),
          Map.entry("Max", 6),
          Map.entry("Mean", 6),
          Map.entry("Min", 6),
          Map.entry("Sum", 6));

  private static final Map<String, long[]> LISTS =
      Map.of(
          "kernel_shape", new long[] {2, 2},
          "strides", new long[] {1, 1},
          "dilations", new long[] {1, 1},
          "output_padding", new long[] {0, 0},
          "pads", new long[] {0, 1, 2, 3},
          "perm", new long[] {0, 2, 1, 3},
          "split", new long[] {3});

  private UsualNodes() {}

  /** The first opset in which the operator is understood. */
  static int understoodSince(String type) {
    return MEANING.getOrDefault(type, Operators.first(type));
  }

  /** As few inputs and attributes as make a node that infers. */
  static NodeProto node(String type, int opset, int outputs) {
    Operators.Signature signature = Operators.find(type, opset).orElseThrow();
    int inputs = type.equals("Resize") && opset > 10 ? 3 : signature.minInputs();
    List<AttributeProto> attributes = new ArrayList<>();
    for (Operators.Attribute attribute : signature.attributes().values()) {
      if (attribute.required()) {
        attributes.add(value(attribute));
      }
    }
    if (signature.has("is_test")) {
      attributes.add(Attributes.integer("is_test", 1));
    }
    if (signature.has("num_outputs")) {
      attributes.add(Attributes.integer("num_outputs", outputs));
    }
    if (type.equals("Constant") && opset >= 11) {
      attributes.add(value(Operators.find(type, 1).orElseThrow().attributes().get("value")));
    }
    NodeProto.Builder node = Attributes.node(type, inputs).toBuilder().clearOutput();
    for (int i = 0; i < outputs; i++) {
      node.addOutput("y" + i);
    }
    return node.addAllAttribute(attributes).build();
  }

  static NodeProto node(String type, int opset) {
    int needed = Operators.find(type, opset).orElseThrow().minOutputs();
    return node(type, opset, Math.max(1, needed));
  }

  /** The attribute with its default, or with a legal value if it has none. */
  static AttributeProto value(Operators.Attribute attribute) {
    String name = attribute.name();
    String text = attribute.fallback().orElse("1");
    return switch (attribute.type()) {
      case INT -> Attributes.integer(name, Long.parseLong(text));
      case FLOAT -> Attributes.real(name, Float.parseFloat(text));
      case STRING -> Attributes.text(name, name.equals("equation") ? "ij" : text);
      case INTS -> Attributes.integers(name, LISTS.getOrDefault(name, new long[] {1}));
      case FLOATS -> Attributes.reals(name, 1);
      case STRINGS -> Attributes.texts(name, text);
      case TENSOR -> Attributes.tensor(name, Tensor.ofFloats(new float[] {1}, 1));
      default -> Attributes.attribute(name, AttributeType.SPARSE_TENSOR).build();
    };
  }

  /** The node with one attribute in the place of its own of that name. */
  static NodeProto with(NodeProto node, AttributeProto attribute) {
    return without(node, attribute.getName()).toBuilder().addAttribute(attribute).build();
  }

  static NodeProto without(NodeProto node, String attribute) {
    List<AttributeProto> others =
        node.getAttributeList().stream().filter(a -> !a.getName().equals(attribute)).toList();
    return node.toBuilder().clearAttribute().addAllAttribute(others).build();
  }
}
