package io.repfold.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.kit.Difference;
import io.repfold.onnx.OnnxModel;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.util.HashMap;
import java.util.Map;

/** Compares a model in ONNX Runtime, its optimizer off, with the outputs that PyTorch computed. */
final class TorchOutputs {
  private TorchOutputs() {}

  static void assertAgree(OnnxModel model, Map<String, HostTensor> arrays, double tolerance) {
    EngineOptions options = EngineOptions.defaults().withoutOptimizer().withThreads(1);
    try (Engine engine = Backends.onnxRuntimeCpu().load("folded", model.toBytes(), options)) {
      Map<String, HostTensor> inputs = new HashMap<>();
      for (int i = 0; i < engine.inputs().size(); i++) {
        inputs.put(engine.inputs().get(i).name(), arrays.get("input_" + i));
      }
      Map<String, HostTensor> outputs = engine.run(inputs);
      for (int i = 0; i < engine.outputs().size(); i++) {
        HostTensor expected = arrays.get("output_" + i);
        HostTensor actual = outputs.get(engine.outputs().get(i).name());
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(Difference.ALL_FINITE.relative(expected.toDoubles(), actual.toDoubles()))
            .isLessThan(tolerance);
      }
    }
  }
}
