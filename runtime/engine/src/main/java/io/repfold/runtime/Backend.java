package io.repfold.runtime;

import java.nio.file.Path;

/**
 * A library that runs ONNX models. {@link Backends} finds implementations in other jars with {@link
 * java.util.ServiceLoader}: they are named in {@code META-INF/services/io.repfold.runtime.Backend},
 * and loading their class must not need what {@link #availability} asks for.
 */
public interface Backend {
  /** The name that a command line or a configuration takes, for example {@code ort-cpu}. */
  String id();

  /** The name people know it by, for example {@code ONNX Runtime CPU}. */
  String name();

  /** Whether this machine can run it. Asking never throws. */
  Availability availability();

  /**
   * Loads a model; weights in external files are looked for beside it.
   *
   * @throws EngineException if the backend is missing here, or the file cannot be read or run
   */
  Engine load(Path model, EngineOptions options);

  /**
   * Loads a model that is complete in memory, that is, without external weights.
   *
   * @param name how messages call the model
   * @throws EngineException if the backend is missing here, or the model cannot be run
   */
  Engine load(String name, byte[] model, EngineOptions options);
}
