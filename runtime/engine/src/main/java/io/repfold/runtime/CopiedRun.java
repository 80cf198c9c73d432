package io.repfold.runtime;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** A bound run for engines that cannot write to given memory: it copies what they return. */
final class CopiedRun implements BoundRun {
  private final Engine engine;
  private final Map<String, HostTensor> inputs;
  private final Map<String, HostTensor> outputs = new LinkedHashMap<>();
  private boolean closed;

  /**
   * @param results of a first run; their shapes are those of all runs
   */
  CopiedRun(Engine engine, Map<String, HostTensor> inputs, Map<String, HostTensor> results) {
    this.engine = engine;
    this.inputs = inputs;
    results.forEach((name, tensor) -> outputs.put(name, own(tensor)));
  }

  private static HostTensor own(HostTensor tensor) {
    HostTensor own = HostTensor.allocate(tensor.type(), tensor.shape());
    own.memory().put(tensor.bytes());
    return own;
  }

  @Override
  public synchronized void run() {
    if (closed) {
      throw new IllegalStateException("The bound run of '%s' is closed".formatted(engine.name()));
    }
    Map<String, HostTensor> results = engine.run(inputs);
    outputs.forEach(
        (name, own) -> {
          HostTensor result = Objects.requireNonNull(results.get(name), "every run gives all");
          if (!result.toString().equals(own.toString())) {
            throw new EngineException(
                "Cannot run '%s': its output '%s' was bound as %s and is now %s; bind again"
                    .formatted(engine.name(), name, own, result));
          }
          own.memory().put(result.bytes());
        });
  }

  @Override
  public Map<String, HostTensor> outputs() {
    return Collections.unmodifiableMap(outputs);
  }

  @Override
  public synchronized void close() {
    closed = true;
  }
}
