package io.repfold.pipeline.inputs;

import io.repfold.runtime.AbstractEngine;
import io.repfold.runtime.BoundRun;
import io.repfold.runtime.Engine;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.TensorInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A model some of whose inputs have the same value at every run, and are none of its own. */
final class FixedInputEngine extends AbstractEngine {
  private final Engine engine;
  private final Map<String, HostTensor> values;

  /**
   * Takes the engine over.
   *
   * @param left the inputs that have no value
   * @param values of all others
   */
  FixedInputEngine(Engine engine, List<TensorInfo> left, Map<String, HostTensor> values) {
    super(
        engine.name(),
        engine.backend(),
        engine.options(),
        left,
        engine.outputs(),
        engine.metadata());
    this.engine = engine;
    this.values = Map.copyOf(values);
  }

  @Override
  protected Map<String, HostTensor> compute(Map<String, HostTensor> inputs, Set<String> requested) {
    return engine.run(withValues(inputs), requested);
  }

  @Override
  public BoundRun bind(Map<String, HostTensor> given) {
    requireFit(given);
    return whileOpen(() -> engine.bind(withValues(given)));
  }

  private Map<String, HostTensor> withValues(Map<String, HostTensor> inputs) {
    Map<String, HostTensor> all = new LinkedHashMap<>(inputs);
    all.putAll(values);
    return all;
  }

  @Override
  protected void free() {
    engine.close();
  }
}
