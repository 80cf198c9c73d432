package io.repfold.runtime;

import java.util.Map;
import java.util.Optional;

/**
 * A model with its inputs and outputs in fixed memory. To run it on new numbers, bind tensors made
 * by {@link HostTensor#wrap} and write to their buffers between runs. For one thread at a time.
 */
public interface BoundRun extends AutoCloseable {
  /**
   * Runs the model on what the inputs now hold.
   *
   * @throws EngineException if the run fails, also when an output's shape depends on the values and
   *     changed
   * @throws IllegalStateException if this or its engine is closed
   */
  void run();

  /** The outputs by name: always the same tensors, which each run overwrites. */
  Map<String, HostTensor> outputs();

  /**
   * Where the time of the last run went; empty for backends that compute where the inputs lie or
   * cannot tell, and before the first run.
   */
  default Optional<StageTimes> stages() {
    return Optional.empty();
  }

  /** Gives the bound memory free. Closing again does nothing. */
  @Override
  void close();
}
