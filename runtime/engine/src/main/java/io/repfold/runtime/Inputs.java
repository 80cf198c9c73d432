package io.repfold.runtime;

import java.util.LinkedHashMap;
import java.util.Map;

/** Inputs of one model, for another that computes the same in other numbers. */
public final class Inputs {
  private Inputs() {}

  /**
   * The same tensors, those rounded to nearest for which the engine takes another floating type.
   *
   * @param inputs by name; names that the engine does not have are kept, for it to refuse
   */
  public static Map<String, HostTensor> rounded(Map<String, HostTensor> inputs, Engine engine) {
    Map<String, HostTensor> result = new LinkedHashMap<>(inputs);
    for (TensorInfo wanted : engine.inputs()) {
      HostTensor given = inputs.get(wanted.name());
      if (given != null
          && given.type() != wanted.type()
          && given.type().isFloating()
          && wanted.type().isFloating()) {
        result.put(wanted.name(), HostTensor.of(wanted.type(), given.toDoubles(), given.shape()));
      }
    }
    return result;
  }
}
