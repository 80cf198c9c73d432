package io.repfold.samples;

import io.repfold.graph.Graph;
import io.repfold.onnx.OnnxModel;
import io.repfold.precision.SampleRunner;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Runs graphs in ONNX Runtime on the CPU and shows the values inside them. */
record RuntimeSamples(OnnxModel model, List<Map<String, HostTensor>> samples)
    implements SampleRunner {
  @Override
  public void run(Graph graph, Set<String> values, int most, Sink sink) {
    byte[] exposed = model.withGraph(graph).withExtraOutputs(List.copyOf(values)).toBytes();
    EngineOptions options = EngineOptions.defaults();
    try (Engine engine = Backends.onnxRuntimeCpu().load("samples", exposed, options)) {
      for (int i = 0; i < Math.min(most, samples.size()); i++) {
        Map<String, Computed> computed = new HashMap<>();
        engine
            .run(samples.get(i), values)
            .forEach((name, tensor) -> computed.put(name, computed(tensor)));
        sink.accept(i, computed);
      }
    }
  }

  private static Computed computed(HostTensor tensor) {
    FloatBuffer numbers = FloatBuffer.wrap(tensor.toFloats());
    return new Computed(numbers, tensor.type().isFloating(), tensor.shape());
  }
}
