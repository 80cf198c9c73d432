package io.repfold.cli;

import io.repfold.graph.Graph;
import io.repfold.onnx.OnnxModel;
import io.repfold.precision.SampleRunner;
import io.repfold.runtime.Backends;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs samples in ONNX Runtime on the CPU, with its optimiser on: what is measured is what runs.
 *
 * @param model whose functions and metadata the graphs share
 */
record EngineSamples(OnnxModel model, List<Sample> samples) implements SampleRunner {
  @Override
  public void run(Graph graph, Set<String> values, int most, Sink sink) {
    OnnxModel exposed = model.withGraph(graph).withExtraOutputs(List.copyOf(values));
    EngineOptions options = EngineOptions.defaults();
    try (Engine engine =
        Backends.onnxRuntimeCpu().load("calibration", exposed.toBytes(), options)) {
      for (int i = 0; i < Math.min(most, samples.size()); i++) {
        Map<String, Computed> computed = new HashMap<>();
        engine
            .run(samples.get(i).read(), values)
            .forEach((name, tensor) -> computed.put(name, computed(tensor)));
        sink.accept(i, computed);
      }
    }
  }

  private static Computed computed(HostTensor tensor) {
    FloatBuffer data =
        tensor.type() == ElementType.FLOAT
            ? tensor.bytes().asFloatBuffer()
            : FloatBuffer.wrap(tensor.toFloats());
    return new Computed(data, tensor.type().isFloating(), tensor.shape());
  }
}
