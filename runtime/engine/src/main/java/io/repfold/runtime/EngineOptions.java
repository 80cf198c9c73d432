package io.repfold.runtime;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How to load a model.
 *
 * @param threads threads of the CPU that one run may use, 1 to 1024
 * @param optimize whether the backend may rewrite the graph (constant folding, fusion); off runs it
 *     node by node as written
 * @param device which GPU, counted from 0; backends on the CPU ignore it
 * @param tf32 whether a GPU may round the factors of float32 products to the 10 bits of TF32, which
 *     is faster and moves outputs by about 1e-3 of their magnitude; off unless asked for
 * @param sessionOptions ONNX Runtime's session options by key, as in its header
 *     onnxruntime_session_options_config_keys.h, which it does not check; other backends refuse
 *     them
 * @param plugins libraries of plug-ins for TensorRT, which plans may need; other backends refuse
 *     them
 */
public record EngineOptions(
    int threads,
    boolean optimize,
    int device,
    boolean tf32,
    Map<String, String> sessionOptions,
    List<Path> plugins) {
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
    sessionOptions = Collections.unmodifiableMap(new LinkedHashMap<>(sessionOptions));
    plugins = List.copyOf(plugins);
  }

  /**
   * All processors that this process may use; the graph is optimized; the first GPU, without TF32.
   */
  public static EngineOptions defaults() {
    return new EngineOptions(
        Runtime.getRuntime().availableProcessors(), true, 0, false, Map.of(), List.of());
  }

  /** The same with another number of threads. */
  public EngineOptions withThreads(int count) {
    return new EngineOptions(count, optimize, device, tf32, sessionOptions, plugins);
  }

  /** The same with the graph run as it is written. */
  public EngineOptions withoutOptimizer() {
    return new EngineOptions(threads, false, device, tf32, sessionOptions, plugins);
  }

  /** The same with a graph that the backend may rewrite. */
  public EngineOptions withOptimizer() {
    return new EngineOptions(threads, true, device, tf32, sessionOptions, plugins);
  }

  /** The same on another GPU. */
  public EngineOptions withDevice(int index) {
    return new EngineOptions(threads, optimize, index, tf32, sessionOptions, plugins);
  }

  /** The same with TF32 allowed or not. */
  public EngineOptions withTf32(boolean allowed) {
    return new EngineOptions(threads, optimize, device, allowed, sessionOptions, plugins);
  }

  /**
   * The same with one more option of ONNX Runtime's sessions, such as {@code
   * session.intra_op.allow_spinning} and {@code 0}: threads that wait leave the processor to
   * others.
   */
  public EngineOptions withSessionOption(String key, String value) {
    Map<String, String> more = new LinkedHashMap<>(sessionOptions);
    more.put(key, value);
    return new EngineOptions(threads, optimize, device, tf32, more, plugins);
  }

  /**
   * For backends that are not ONNX Runtime.
   *
   * @param model what is to be loaded, for the message
   * @param backend the backend's id
   * @throws EngineException if there are session options
   */
  public void refuseSessionOptions(String model, String backend) {
    if (!sessionOptions.isEmpty()) {
      throw new EngineException(
          "Cannot load '%s': the engine %s has no session options, found %s; these are for ONNX Runtime"
              .formatted(model, backend, sessionOptions));
    }
  }

  /** The same with libraries of plug-ins for TensorRT in the place of those before. */
  public EngineOptions withPlugins(List<Path> files) {
    return new EngineOptions(threads, optimize, device, tf32, sessionOptions, files);
  }

  /**
   * For backends that are not TensorRT.
   *
   * @param model what is to be loaded, for the message
   * @param backend the backend's id
   * @throws EngineException if there are plug-ins
   */
  public void refusePlugins(String model, String backend) {
    if (!plugins.isEmpty()) {
      throw new EngineException(
          "Cannot load '%s': the engine %s has no plug-ins, found %s; these are for the engine tensorrt"
              .formatted(model, backend, plugins));
    }
  }
}
