package io.repfold.runtime;

/**
 * How to load a model.
 *
 * @param threads threads that one run may use, at least 1
 * @param optimize whether the backend may rewrite the graph (constant folding, fusion); off runs it
 *     node by node as written
 */
public record EngineOptions(int threads, boolean optimize) {
  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if there is not at least one thread
   */
  public EngineOptions {
    if (threads < 1) {
      throw new IllegalArgumentException("An engine needs at least 1 thread, not " + threads);
    }
  }

  /** All processors that this process may use; the graph is optimised. */
  public static EngineOptions defaults() {
    return new EngineOptions(Runtime.getRuntime().availableProcessors(), true);
  }

  /** The same with another number of threads. */
  public EngineOptions withThreads(int count) {
    return new EngineOptions(count, optimize);
  }

  /** The same with the graph run as it is written. */
  public EngineOptions withoutOptimizer() {
    return new EngineOptions(threads, false);
  }
}
