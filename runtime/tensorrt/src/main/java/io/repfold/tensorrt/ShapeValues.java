package io.repfold.tensorrt;

import io.repfold.runtime.EngineException;
import io.repfold.runtime.HostTensor;
import java.nio.ByteBuffer;

/**
 * An input that shapes are computed from, and what it held when a run was bound. Memory for the
 * outputs was reserved for these values: with others TensorRT would write beyond it, and a CUDA
 * graph would go on with the old ones.
 */
final class ShapeValues {
  private final String input;
  private final ByteBuffer now;
  private final ByteBuffer then;

  ShapeValues(String input, HostTensor tensor) {
    this.input = input;
    this.now = tensor.bytes();
    this.then = ByteBuffer.allocate(now.remaining()).put(now.duplicate()).flip();
  }

  /**
   * To be called before each run.
   *
   * @throws EngineException if it holds something else by now
   */
  void demandUnchanged(String model) {
    if (!now.equals(then)) {
      throw new EngineException(
          "Cannot run '%s': shapes depend on the values of input '%s', which were changed since the run was bound; bind again"
              .formatted(model, input));
    }
  }
}
