package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import com.google.protobuf.ByteString;
import io.repfold.graph.Tensor;
import java.util.Arrays;

/** Nodes and attributes for tests, as a file holds them. */
final class Attributes {
  private Attributes() {}

  /** {@code type(x0, x1, ...) -> y} under the name n. */
  static NodeProto node(String type, int inputs, AttributeProto... attributes) {
    NodeProto.Builder node = NodeProto.newBuilder().setOpType(type).setName("n").addOutput("y");
    for (int i = 0; i < inputs; i++) {
      node.addInput("x" + i);
    }
    return node.addAllAttribute(Arrays.asList(attributes)).build();
  }

  static AttributeProto integer(String name, long value) {
    return attribute(name, AttributeType.INT).setI(value).build();
  }

  static AttributeProto real(String name, float value) {
    return attribute(name, AttributeType.FLOAT).setF(value).build();
  }

  static AttributeProto text(String name, String value) {
    return attribute(name, AttributeType.STRING).setS(ByteString.copyFromUtf8(value)).build();
  }

  static AttributeProto integers(String name, long... values) {
    AttributeProto.Builder attribute = attribute(name, AttributeType.INTS);
    Arrays.stream(values).forEach(attribute::addInts);
    return attribute.build();
  }

  static AttributeProto reals(String name, float... values) {
    AttributeProto.Builder attribute = attribute(name, AttributeType.FLOATS);
    for (float value : values) {
      attribute.addFloats(value);
    }
    return attribute.build();
  }

  static AttributeProto texts(String name, String... values) {
    AttributeProto.Builder attribute = attribute(name, AttributeType.STRINGS);
    Arrays.stream(values).map(ByteString::copyFromUtf8).forEach(attribute::addStrings);
    return attribute.build();
  }

  static AttributeProto tensor(String name, Tensor value) {
    return attribute(name, AttributeType.TENSOR).setT(TensorWriter.write("", value)).build();
  }

  static AttributeProto sparse(String name) {
    return attribute(name, AttributeType.SPARSE_TENSOR)
        .setSparseTensor(SparseTensorProto.getDefaultInstance())
        .build();
  }

  static AttributeProto.Builder attribute(String name, AttributeType type) {
    return AttributeProto.newBuilder().setName(name).setType(type);
  }
}
