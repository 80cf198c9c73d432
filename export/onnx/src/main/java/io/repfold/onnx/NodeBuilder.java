package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.ByteString;
import io.repfold.graph.Node;
import io.repfold.graph.Tensor;
import java.util.Collection;
import java.util.OptionalDouble;

/** Collects the attributes of one node. */
final class NodeBuilder {
  private final NodeProto.Builder proto;

  NodeBuilder(Node node) {
    proto =
        NodeProto.newBuilder()
            .setOpType(node.op().type())
            .addAllInput(node.inputs())
            .addAllOutput(node.outputs());
    if (!node.name().isEmpty()) {
      proto.setName(node.name());
    }
  }

  NodeBuilder domain(String domain) {
    if (!domain.isEmpty()) {
      proto.setDomain(domain);
    }
    return this;
  }

  NodeBuilder integer(String name, long value) {
    attribute(name, AttributeType.INT).setI(value);
    return this;
  }

  NodeBuilder flag(String name, boolean value) {
    return integer(name, value ? 1 : 0);
  }

  /** Written only if true. */
  NodeBuilder flagIfSet(String name, boolean value) {
    return value ? flag(name, true) : this;
  }

  NodeBuilder real(String name, double value) {
    attribute(name, AttributeType.FLOAT).setF((float) value);
    return this;
  }

  /** Written only if present. */
  NodeBuilder real(String name, OptionalDouble value) {
    value.ifPresent(v -> real(name, v));
    return this;
  }

  NodeBuilder text(String name, String value) {
    attribute(name, AttributeType.STRING).setS(ByteString.copyFromUtf8(value));
    return this;
  }

  NodeBuilder tensor(String name, Tensor value) {
    attribute(name, AttributeType.TENSOR).setT(TensorWriter.write("", value));
    return this;
  }

  NodeBuilder integers(String name, Collection<? extends Number> values) {
    AttributeProto.Builder attribute = attribute(name, AttributeType.INTS);
    values.forEach(v -> attribute.addInts(v.longValue()));
    return this;
  }

  /** Written only if there are any. */
  NodeBuilder integersIfAny(String name, Collection<? extends Number> values) {
    return values.isEmpty() ? this : integers(name, values);
  }

  NodeBuilder attribute(AttributeProto attribute) {
    proto.addAttribute(attribute);
    return this;
  }

  private AttributeProto.Builder attribute(String name, AttributeType type) {
    return proto.addAttributeBuilder().setName(name).setType(type);
  }

  NodeProto build() {
    return proto.build();
  }
}
