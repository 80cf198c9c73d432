package io.repfold.runtime.ort;

import ai.onnxruntime.OnnxTensor;
import io.repfold.runtime.BoundRun;
import io.repfold.runtime.HostTensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Native tensors over fixed memory, and the engine that runs on them. */
final class OrtBoundRun implements BoundRun {
  private final OrtEngine engine;
  private final Map<String, OnnxTensor> inputs;
  private final Map<String, OnnxTensor> pinned;
  private final Map<String, HostTensor> outputs;
  private boolean closed;

  private OrtBoundRun(
      OrtEngine engine,
      Map<String, OnnxTensor> inputs,
      Map<String, OnnxTensor> pinned,
      Map<String, HostTensor> outputs) {
    this.engine = engine;
    this.inputs = inputs;
    this.pinned = pinned;
    this.outputs = outputs;
  }

  /**
   * @param results tensors of the right types and shapes, to be overwritten; an output that is an
   *     input becomes that input, because ONNX Runtime writes nothing into a tensor given for it
   */
  static OrtBoundRun of(
      OrtEngine engine, Map<String, HostTensor> inputs, Map<String, HostTensor> results) {
    Map<String, HostTensor> written = new LinkedHashMap<>(results);
    written.keySet().removeIf(engine::isInput);
    Map<String, HostTensor> outputs = new LinkedHashMap<>(results);
    outputs.replaceAll((name, tensor) -> inputs.getOrDefault(name, tensor));
    return engine.withSession(
        () -> {
          Map<String, OnnxTensor> natives = OrtTensors.over(engine.name(), inputs);
          boolean complete = false;
          try {
            Map<String, OnnxTensor> pinned = OrtTensors.over(engine.name(), written);
            complete = true;
            return new OrtBoundRun(engine, natives, pinned, outputs);
          } finally {
            if (!complete) {
              OrtTensors.close(natives);
            }
          }
        });
  }

  @Override
  public synchronized void run() {
    if (closed) {
      throw new IllegalStateException("The bound run of '%s' is closed".formatted(engine.name()));
    }
    if (!pinned.isEmpty()) {
      engine.run(inputs, pinned);
    }
  }

  @Override
  public Map<String, HostTensor> outputs() {
    return Collections.unmodifiableMap(outputs);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      OrtTensors.close(inputs);
      OrtTensors.close(pinned);
    }
  }
}
