package io.repfold.runtime;

import ai.onnxruntime.OnnxTensor;
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
   * @param outputs tensors of the right types and shapes, to be overwritten
   */
  static OrtBoundRun of(
      OrtEngine engine, Map<String, HostTensor> inputs, Map<String, HostTensor> outputs) {
    return engine.withSession(
        () -> {
          Map<String, OnnxTensor> natives = OrtTensors.over(engine.name(), inputs);
          Map<String, OnnxTensor> pinned = new LinkedHashMap<>();
          try {
            pinned.putAll(OrtTensors.over(engine.name(), outputs));
          } finally {
            if (pinned.isEmpty()) {
              OrtTensors.close(natives);
            }
          }
          return new OrtBoundRun(engine, natives, pinned, outputs);
        });
  }

  @Override
  public synchronized void run() {
    if (closed) {
      throw new IllegalStateException("The bound run of '%s' is closed".formatted(engine.name()));
    }
    engine.run(inputs, pinned);
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
