package io.repfold.cli;

import io.repfold.onnx.OnnxModel;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import java.nio.file.Path;
import java.util.List;

/**
 * A model that ONNX Runtime on the CPU runs with tensors inside it as outputs. It is loaded from a
 * temporary file, which may be larger than an array of bytes.
 */
final class ExposedModel implements AutoCloseable {
  private final OnnxModel model;
  private final EngineOptions options;
  private final TemporaryFolder folder = TemporaryFolder.inSystemFolder();

  ExposedModel(OnnxModel model, EngineOptions options) {
    this.model = model;
    this.options = options;
  }

  /**
   * The model with these outputs, beside its own. Close it before another is loaded.
   *
   * @throws io.repfold.runtime.EngineException if ONNX Runtime does not take it
   */
  Engine load(List<String> outputs) {
    Path file = folder.path().resolve("exposed.onnx");
    model.withExtraOutputs(outputs).write(file);
    return Backends.onnxRuntimeCpu().load(file, options);
  }

  @Override
  public void close() {
    folder.close();
  }
}
