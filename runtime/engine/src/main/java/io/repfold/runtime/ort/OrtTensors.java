package io.repfold.runtime.ort;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.HostTensor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Hands tensors to ONNX Runtime without copying them, and copies its results. */
final class OrtTensors {
  private OrtTensors() {}

  /** Native tensors over the memory of these; the caller closes them with {@link #close}. */
  static Map<String, OnnxTensor> over(String model, Map<String, HostTensor> tensors)
      throws OrtException {
    Map<String, OnnxTensor> natives = new LinkedHashMap<>();
    boolean complete = false;
    try {
      for (Map.Entry<String, HostTensor> entry : tensors.entrySet()) {
        natives.put(entry.getKey(), over(model, entry.getKey(), entry.getValue()));
      }
      complete = true;
      return natives;
    } finally {
      if (!complete) {
        close(natives);
      }
    }
  }

  /**
   * Copies a result onto the heap, whose collector frees it in time; of direct memory it knows
   * nothing but the few bytes of the buffer, and lets gigabytes gather.
   */
  static HostTensor copy(String model, String name, OnnxTensor result) {
    ai.onnxruntime.TensorInfo info = result.getInfo();
    ElementType type =
        OrtTypes.elementType(info.onnxType)
            .orElseThrow(
                () ->
                    new EngineException(
                        "Output '%s' of '%s' has no numbers".formatted(name, model)));
    long[] shape = info.getShape();
    return Arrays.stream(shape).anyMatch(size -> size == 0)
        ? HostTensor.allocate(type, shape)
        : HostTensor.onHeap(type, result.getByteBuffer(), shape);
  }

  static void close(Map<String, OnnxTensor> natives) {
    natives.values().forEach(OnnxTensor::close);
  }

  private static OnnxTensor over(String model, String name, HostTensor tensor) throws OrtException {
    OnnxJavaType type =
        OrtTypes.javaType(tensor.type())
            .orElseThrow(
                () ->
                    new EngineException(
                        "Cannot pass '%s' of '%s': the Java API of ONNX Runtime takes no %s tensors; add a Cast to the model"
                            .formatted(name, model, tensor.type())));
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    // Read-only for Java alone: ONNX Runtime takes the address, and writes into what is an output.
    ByteBuffer memory = tensor.bytes();
    long[] shape = tensor.shape();
    return switch (type) {
      case FLOAT -> OnnxTensor.createTensor(environment, memory.asFloatBuffer(), shape);
      case DOUBLE -> OnnxTensor.createTensor(environment, memory.asDoubleBuffer(), shape);
      case FLOAT16, BFLOAT16, INT16 ->
          OnnxTensor.createTensor(environment, memory.asShortBuffer(), shape, type);
      case INT32 -> OnnxTensor.createTensor(environment, memory.asIntBuffer(), shape);
      case INT64 -> OnnxTensor.createTensor(environment, memory.asLongBuffer(), shape);
      default -> OnnxTensor.createTensor(environment, memory, shape, type);
    };
  }
}
