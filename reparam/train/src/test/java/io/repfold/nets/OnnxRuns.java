package io.repfold.nets;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.repfold.graph.Graph;
import io.repfold.graph.NdArray;
import io.repfold.onnx.OnnxModel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Runs graphs with one input, {@code image}, in ONNX Runtime. */
final class OnnxRuns {
  private OnnxRuns() {}

  /** Values between -1 and 1 that float32 holds exactly. */
  static NdArray image(int... dims) {
    int size = Arrays.stream(dims).reduce(1, Math::multiplyExact);
    Random random = new Random(size);
    double[] values = new double[size];
    Arrays.setAll(values, i -> random.nextInt(-128, 129) / 128.0);
    return NdArray.of(values, dims);
  }

  static Map<String, NdArray> run(Graph graph, NdArray image) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    byte[] model = OnnxModel.of(graph).toBytes();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(2);
      try (OrtSession session = environment.createSession(model, options);
          OnnxTensor input = tensor(environment, image);
          OrtSession.Result result = session.run(Map.of("image", input))) {
        Map<String, NdArray> outputs = new LinkedHashMap<>();
        for (Map.Entry<String, ai.onnxruntime.OnnxValue> output : result) {
          outputs.put(output.getKey(), array((OnnxTensor) output.getValue()));
        }
        return outputs;
      }
    }
  }

  private static OnnxTensor tensor(OrtEnvironment environment, NdArray image) throws OrtException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(4 * image.data().length);
    FloatBuffer floats = bytes.order(ByteOrder.nativeOrder()).asFloatBuffer();
    for (double value : image.data()) {
      floats.put((float) value);
    }
    long[] dims = Arrays.stream(image.dims()).asLongStream().toArray();
    return OnnxTensor.createTensor(environment, floats.rewind(), dims);
  }

  private static NdArray array(OnnxTensor tensor) {
    FloatBuffer floats = tensor.getFloatBuffer();
    double[] values = new double[floats.remaining()];
    Arrays.setAll(values, floats::get);
    TensorInfo info = tensor.getInfo();
    int[] dims = Arrays.stream(info.getShape()).mapToInt(Math::toIntExact).toArray();
    return NdArray.of(values, dims);
  }
}
