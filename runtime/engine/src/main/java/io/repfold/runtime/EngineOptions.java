package io.repfold.runtime;

/**
 * How to load a model.
 *
 * @param threads threads of the CPU that one run may use, 1 to 1024
 * @param optimize whether the backend may rewrite the graph (constant folding, fusion); off runs it
 *     node by node as written
 * @param device which GPU, counted from 0; backends on the CPU ignore it
 * @param tf32 whether a GPU may round the factors of float32 products to the 10 bits of TF32, which
 *     is faster and moves outputs by about 1e-3 of their magnitude; off unless asked for
 */
public record EngineOptions(int threads, boolean optimize, int device, boolean tf32) {
  private static final int MAX_THREADS = 1024;

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if the number of threads or the device is not one of those
   */
  public EngineOptions {
    if (threads < 1 || threads > MAX_THREADS) {
      throw new IllegalArgumentException(
          "An engine takes 1 to %d threads, not %d".formatted(MAX_THREADS, threads));
    }
    if (device < 0) {
      throw new IllegalArgumentException("GPUs are counted from 0; there is no " + device);
    }
  }

  /**
   * All processors that this process may use; the graph is optimised; the first GPU, without TF32.
   */
  public static EngineOptions defaults() {
    return new EngineOptions(Runtime.getRuntime().availableProcessors(), true, 0, false);
  }

  /** The same with another number of threads. */
  public EngineOptions withThreads(int count) {
    return new EngineOptions(count, optimize, device, tf32);
  }

  /** The same with the graph run as it is written. */
  public EngineOptions withoutOptimizer() {
    return new EngineOptions(threads, false, device, tf32);
  }

  /** The same on another GPU. */
  public EngineOptions withDevice(int index) {
    return new EngineOptions(threads, optimize, index, tf32);
  }

  /** The same with TF32 allowed or not. */
  public EngineOptions withTf32(boolean allowed) {
    return new EngineOptions(threads, optimize, device, allowed);
  }
}
