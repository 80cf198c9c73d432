package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.UnsafeByteOperations;
import io.repfold.graph.ElementType;
import io.repfold.graph.Tensor;

/** Makes a TensorProto of a {@link Tensor}: raw data, not copied. */
final class TensorWriter {
  private TensorWriter() {}

  static TensorProto write(String name, Tensor tensor) {
    TensorProto.Builder proto = withoutData(name, tensor);
    if (tensor.type() == ElementType.STRING) {
      tensor.strings().forEach(s -> proto.addStringData(UnsafeByteOperations.unsafeWrap(s)));
    } else {
      proto.setRawData(UnsafeByteOperations.unsafeWrap(tensor.data()));
    }
    return proto.build();
  }

  /** Name, type and dimensions only. */
  static TensorProto.Builder withoutData(String name, Tensor tensor) {
    TensorProto.Builder proto = TensorProto.newBuilder();
    for (long dim : tensor.dims()) {
      proto.addDims(dim);
    }
    proto.setDataType(tensor.type().code());
    if (!name.isEmpty()) {
      proto.setName(name);
    }
    return proto;
  }
}
