package io.repfold.runtime.ort;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo.OnnxTensorType;
import io.repfold.runtime.Dimension;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Element types and tensor descriptions, from ONNX Runtime's classes to ours and back. */
final class OrtTypes {
  private OrtTypes() {}

  /**
   * Describes an input or output.
   *
   * @throws EngineException if it is not a tensor of a type in {@link ElementType}
   */
  static TensorInfo describe(String model, String role, NodeInfo node) {
    if (!(node.getInfo() instanceof ai.onnxruntime.TensorInfo info)) {
      throw new EngineException(
          "Cannot use '%s': its %s '%s' is a %s; only tensors are supported. Export the model with plain tensors"
              .formatted(model, role, node.getName(), node.getInfo().getClass().getSimpleName()));
    }
    ElementType type =
        elementType(info.onnxType)
            .orElseThrow(
                () ->
                    new EngineException(
                        "Cannot use '%s': its %s '%s' holds %s elements; only numbers of 1 to 8 whole bytes are supported"
                            .formatted(model, role, node.getName(), label(info.onnxType))));
    List<Dimension> dimensions = new ArrayList<>();
    long[] shape = info.getShape();
    String[] symbols = info.getDimensionNames();
    for (int i = 0; i < shape.length; i++) {
      String symbol = symbols != null && i < symbols.length && symbols[i] != null ? symbols[i] : "";
      dimensions.add(new Dimension(shape[i], symbol));
    }
    return new TensorInfo(node.getName(), type, dimensions);
  }

  static Optional<ElementType> elementType(OnnxTensorType type) {
    return switch (type) {
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT -> Optional.of(ElementType.FLOAT);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE -> Optional.of(ElementType.DOUBLE);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16 -> Optional.of(ElementType.FLOAT16);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16 -> Optional.of(ElementType.BFLOAT16);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8 -> Optional.of(ElementType.INT8);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16 -> Optional.of(ElementType.INT16);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 -> Optional.of(ElementType.INT32);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 -> Optional.of(ElementType.INT64);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 -> Optional.of(ElementType.UINT8);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16 -> Optional.of(ElementType.UINT16);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32 -> Optional.of(ElementType.UINT32);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64 -> Optional.of(ElementType.UINT64);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL -> Optional.of(ElementType.BOOL);
      default -> Optional.empty();
    };
  }

  /**
   * What the Java API calls a type; it has no name for the wide unsigned ones, so memory of them
   * cannot be handed over.
   */
  static Optional<OnnxJavaType> javaType(ElementType type) {
    return switch (type) {
      case FLOAT -> Optional.of(OnnxJavaType.FLOAT);
      case DOUBLE -> Optional.of(OnnxJavaType.DOUBLE);
      case FLOAT16 -> Optional.of(OnnxJavaType.FLOAT16);
      case BFLOAT16 -> Optional.of(OnnxJavaType.BFLOAT16);
      case INT8 -> Optional.of(OnnxJavaType.INT8);
      case INT16 -> Optional.of(OnnxJavaType.INT16);
      case INT32 -> Optional.of(OnnxJavaType.INT32);
      case INT64 -> Optional.of(OnnxJavaType.INT64);
      case UINT8 -> Optional.of(OnnxJavaType.UINT8);
      case BOOL -> Optional.of(OnnxJavaType.BOOL);
      case UINT16, UINT32, UINT64 -> Optional.empty();
    };
  }

  private static String label(OnnxTensorType type) {
    return type.name().replace("ONNX_TENSOR_ELEMENT_DATA_TYPE_", "").toLowerCase(Locale.ROOT);
  }
}
