package io.repfold.runtime;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A loaded model. Runs may come from several threads at once. After {@link #close} every other
 * method that needs the model throws {@link IllegalStateException} with its name.
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
   * Runs the model once.
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
   * Prepares runs that copy nothing: they read these tensors where they lie and write to memory
   * that is allocated here, once. The model is run once to learn the shapes of its outputs.
   *
   * @throws EngineException as {@link #run(Map)}
   */
  BoundRun bind(Map<String, HostTensor> inputs);

  /** Frees the model, after waiting for runs on other threads. Closing again does nothing. */
  @Override
  void close();
}
