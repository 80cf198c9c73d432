package io.repfold.check;

import io.repfold.runtime.Engine;
import io.repfold.runtime.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a reference makes of some inputs. With it, a candidate is compared after the reference is
 * closed, so that only one of two large models is loaded at a time.
 *
 * @param reference the model and its backend
 * @param inputs by name, one map a run
 * @param outputs by name, one map a run
 */
public record ReferenceOutputs(
    String reference, List<Map<String, HostTensor>> inputs, List<Map<String, HostTensor>> outputs) {
  public ReferenceOutputs {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /**
   * Runs the reference.
   *
   * @throws IllegalArgumentException if there is no input: then nothing would be proved
   * @throws io.repfold.runtime.EngineException if a run fails
   */
  public static ReferenceOutputs of(Engine reference, List<Map<String, HostTensor>> inputs) {
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException("There is no input to compare the networks on");
    }
    List<Map<String, HostTensor>> outputs = new ArrayList<>();
    inputs.forEach(sample -> outputs.add(reference.run(sample)));
    return new ReferenceOutputs(reference.toString(), inputs, outputs);
  }
}
