package io.repfold.engines;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.repfold.runtime.EngineOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;

/** ONNX Runtime's Java API as a careful user would call it, and nothing else. */
final class BareOnnxRuntime implements AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final long[] inputShape;
  private final FloatBuffer input;
  private final Map<String, OnnxTensor> inputs;
  private final Map<String, OnnxTensor> outputs;

  BareOnnxRuntime(byte[] model, EngineOptions options, long[] inputShape, long[] outputShape)
      throws OrtException {
    try (SessionOptions settings = new SessionOptions()) {
      settings.setIntraOpNumThreads(options.threads());
      settings.setInterOpNumThreads(1);
      settings.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
      session = environment.createSession(model, settings);
    }
    this.inputShape = inputShape;
    input = memory(inputShape);
    inputs = Map.of("image", OnnxTensor.createTensor(environment, input, inputShape));
    String output = session.getOutputNames().iterator().next();
    outputs =
        Map.of(output, OnnxTensor.createTensor(environment, memory(outputShape), outputShape));
  }

  private static FloatBuffer memory(long... shape) {
    int bytes = Math.toIntExact(4 * Arrays.stream(shape).reduce(1, Math::multiplyExact));
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  void run() throws OrtException {
    session.run(inputs, outputs).close();
  }

  FloatBuffer runCopying() throws OrtException {
    try (OnnxTensor tensor = OnnxTensor.createTensor(environment, input, inputShape);
        OrtSession.Result result = session.run(Map.of("image", tensor))) {
      return ((OnnxTensor) result.get(0)).getFloatBuffer();
    }
  }

  @Override
  public void close() throws OrtException {
    for (OnnxTensor tensor : inputs.values()) {
      tensor.close();
    }
    for (OnnxTensor tensor : outputs.values()) {
      tensor.close();
    }
    session.close();
  }
}
