package io.repfold.conformance;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.TensorInfo;
import io.repfold.graph.ElementType;
import io.repfold.graph.Tensor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs a model once in ONNX Runtime on the CPU and keeps the bits of what comes out. */
final class OrtRun {
  private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();

  private OrtRun() {}

  /**
   * The outputs in the model's order, comparable with {@code equals} bit by bit.
   *
   * @throws OrtException if ONNX Runtime refuses the model or the inputs
   */
  static List<Object> of(byte[] model, Map<String, Tensor> inputs) throws OrtException {
    return of(
        model,
        inputs,
        result -> {
          List<Object> outputs = new ArrayList<>();
          for (var output : result) {
            outputs.add(bits(output.getValue()));
          }
          return outputs;
        });
  }

  /**
   * The outputs that are tensors of numbers, by name in the model's order.
   *
   * @throws OrtException if ONNX Runtime refuses the model or the inputs
   */
  static Map<String, Tensor> tensors(byte[] model, Map<String, Tensor> inputs) throws OrtException {
    return of(
        model,
        inputs,
        result -> {
          Map<String, Tensor> outputs = new LinkedHashMap<>();
          for (var output : result) {
            if (output.getValue() instanceof OnnxTensor tensor
                && tensor.getInfo().type != OnnxJavaType.STRING) {
              outputs.put(output.getKey(), tensor(tensor));
            }
          }
          return outputs;
        });
  }

  /** Reads results before they are closed. */
  private interface Reader<T> {
    T read(OrtSession.Result result) throws OrtException;
  }

  private static <T> T of(byte[] model, Map<String, Tensor> inputs, Reader<T> reader)
      throws OrtException {
    Map<String, OnnxTensor> tensors = new HashMap<>();
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      try (OrtSession session = ENVIRONMENT.createSession(model, options)) {
        for (var input : inputs.entrySet()) {
          tensors.put(input.getKey(), tensor(input.getValue()));
        }
        try (OrtSession.Result result = session.run(tensors)) {
          return reader.read(result);
        }
      }
    } finally {
      tensors.values().forEach(OnnxTensor::close);
    }
  }

  private static OnnxTensor tensor(Tensor tensor) throws OrtException {
    if (tensor.type() == ElementType.STRING) {
      String[] strings =
          tensor.strings().stream()
              .map(s -> new String(s, StandardCharsets.UTF_8))
              .toArray(String[]::new);
      return OnnxTensor.createTensor(ENVIRONMENT, strings, tensor.dims());
    }
    OnnxJavaType type =
        switch (tensor.type()) {
          case FLOAT -> OnnxJavaType.FLOAT;
          case DOUBLE -> OnnxJavaType.DOUBLE;
          case INT8 -> OnnxJavaType.INT8;
          case INT16 -> OnnxJavaType.INT16;
          case INT32 -> OnnxJavaType.INT32;
          case INT64 -> OnnxJavaType.INT64;
          case BOOL -> OnnxJavaType.BOOL;
          case UINT8 -> OnnxJavaType.UINT8;
          case FLOAT16 -> OnnxJavaType.FLOAT16;
          case BFLOAT16 -> OnnxJavaType.BFLOAT16;
          default -> throw new OrtException("ONNX Runtime for Java makes no " + tensor.type());
        };
    ByteBuffer data = tensor.data();
    ByteBuffer direct = ByteBuffer.allocateDirect(data.remaining()).order(data.order());
    direct.put(data).flip();
    return OnnxTensor.createTensor(ENVIRONMENT, direct, tensor.dims(), type);
  }

  private static Tensor tensor(OnnxTensor tensor) throws OrtException {
    TensorInfo info = tensor.getInfo();
    ElementType type = ElementType.valueOf(info.type.name());
    return Tensor.of(type, tensor.getByteBuffer(), info.getShape());
  }

  private static Object bits(OnnxValue value) throws OrtException {
    if (value instanceof OnnxTensor tensor) {
      TensorInfo info = tensor.getInfo();
      String type = info.type + Arrays.toString(info.getShape());
      if (info.type == OnnxJavaType.STRING) {
        return List.of(type, Arrays.deepToString(new Object[] {tensor.getValue()}));
      }
      return List.of(type, tensor.getByteBuffer());
    }
    Object content = value.getValue();
    if (content instanceof List<?> list) {
      List<Object> items = new ArrayList<>();
      for (Object item : list) {
        items.add(item instanceof OnnxValue nested ? bits(nested) : String.valueOf(item));
      }
      return items;
    }
    return String.valueOf(content);
  }
}
