package io.repfold.runtime;

/**
 * How to load a model.
 *
 * @param threads threads that one run may use, 1 to 1024
 * @param optimize whether the backend may rewrite the graph (constant folding, fusion); off runs it
 *     node by node as written
 */
public record EngineOptions(int threads, boolean optimize) {
  private static final int MAX_THREADS = 1024;

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if the number of threads is not one of those
   */
  public EngineOptions {
    if (threads < 1 || threads > MAX_THREADS) {
      throw new IllegalArgumentException(
          "An engine takes 1 to %d threads, not %d".formatted(MAX_THREADS, threads));
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
