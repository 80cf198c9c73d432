package io.repfold.runtime;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * A loaded model. Runs may come from several threads at once. After {@link #close} every other
 * method that needs the model throws {@link IllegalStateException} with its name.
 *
 * <p>Implementations extend {@link AbstractEngine}.
 */
public interface Engine extends AutoCloseable {
  /** The model's file, or the name it was loaded under. */
  String name();

  /** The backend and its version, for example {@code ONNX Runtime CPU 1.29.0}. */
  String backend();

  /** The options it was loaded with. */
  EngineOptions options();

  /** The inputs that a run must give, in the model's order. */
  List<TensorInfo> inputs();

  /** The outputs that a run gives, in the model's order. */
  List<TensorInfo> outputs();

  /** What the file says about itself. */
  ModelMetadata metadata();

  /**
   * Runs the model once. The outputs are new memory on the heap each time; for many runs in a row
   * use {@link #bind} or a {@link Session}, which take none.
   *
   * @param inputs one tensor for each of {@link #inputs}, by name
   * @return all outputs by name, in the model's order
   * @throws EngineException if a name, type or shape does not fit, or the run fails
   */
  Map<String, HostTensor> run(Map<String, HostTensor> inputs);

  /**
   * Runs the model once for some of its outputs.
   *
   * @param outputs names among {@link #outputs}
   */
  Map<String, HostTensor> run(Map<String, HostTensor> inputs, Set<String> outputs);

  /**
   * Prepares runs that copy nothing where the backend can do without: they read these tensors where
   * they lie and write to memory that is allocated here, once. The model is run once to learn the
   * shapes of its outputs.
   *
   * @throws EngineException as {@link #run(Map)}
   */
  BoundRun bind(Map<String, HostTensor> inputs);

  /**
   * Runs the model on a thread of the engine. Each engine has as many threads as the processors can
   * feed, that is, their number divided by {@link EngineOptions#threads}, at least one; they start
   * with the first request and end when none has come for a second. 256 requests may wait; a
   * further one fails at once with an {@link EngineException}.
   *
   * <p>Cancelling the result takes back a request that still waits; one that is being computed is
   * computed to its end and dropped. Closing the engine waits for those that are being computed and
   * fails those that wait, with the {@link IllegalStateException} of every use after closing. What
   * is chained to the result runs on the engine's thread and keeps it from other requests.
   *
   * @param inputs as for {@link #run(Map)}; not to be written to before the result is there
   * @return the outputs, or what {@link #run(Map)} throws
   */
  CompletableFuture<Map<String, HostTensor>> submit(Map<String, HostTensor> inputs);

  /**
   * As {@link #submit(Map)}, but on the caller's executor, which sets the limits. A request that
   * the executor rejects fails with its {@link java.util.concurrent.RejectedExecutionException}.
   */
  CompletableFuture<Map<String, HostTensor>> submit(
      Map<String, HostTensor> inputs, Executor executor);

  /**
   * Runs the model some times and drops the outputs, so that what is done once, such as reserving
   * memory, choosing kernels or compiling for this shape, is done before the first request.
   *
   * @param runs at least 1
   * @throws EngineException as {@link #run(Map)}
   */
  void warmUp(Map<String, HostTensor> inputs, int runs);

  /** Frees the model, after waiting for runs on other threads. Closing again does nothing. */
  @Override
  void close();
}
