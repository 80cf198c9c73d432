package io.repfold.pipeline.interpreter;

import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Rounding;
import io.repfold.onnx.OnnxFormatException;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.Release;
import io.repfold.runtime.Availability;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * The reference interpreter as a backend: {@code interpreter}. It computes in double precision by
 * plain loops and rounds each output once to its element type, so it is what other backends are
 * measured with, and slow. Inside a model it rounds values of float16 and bfloat16 alone, each when
 * it is stored: there an overflow shows that CPUs, which compute them in float32, hide. Threads,
 * optimizer, device and TF32 mean nothing to it.
 */
public final class InterpreterBackend implements Backend {
  private final Rounding rounding;

  /** Made by {@link java.util.ServiceLoader}. */
  public InterpreterBackend() {
    this(Rounding.HALF);
  }

  private InterpreterBackend(Rounding rounding) {
    this.rounding = rounding;
  }

  /** One that rounds nothing inside a model, whatever the types of its values. */
  public static Backend inDouble() {
    return new InterpreterBackend(Rounding.NONE);
  }

  @Override
  public String id() {
    return "interpreter";
  }

  @Override
  public String name() {
    return "Reference interpreter";
  }

  @Override
  public Availability availability() {
    return new Availability.Ready(Release.version());
  }

  @Override
  public Engine load(Path model, EngineOptions options) {
    if (!Files.isRegularFile(model)) {
      String found = Files.exists(model) ? "it is not a file" : "no such file";
      throw new EngineException("Cannot load '%s': %s".formatted(model, found));
    }
    return load(model.toString(), options, () -> OnnxModel.read(model));
  }

  @Override
  public Engine load(String model, byte[] bytes, EngineOptions options) {
    return load(model, options, () -> OnnxModel.read(model, bytes));
  }

  private Engine load(String model, EngineOptions options, Supplier<OnnxModel> reader) {
    options.refuseSessionOptions(model, id());
    options.refusePlugins(model, id());
    try {
      return InterpreterEngine.of(
          model, name() + " " + Release.version(), options, reader.get(), rounding);
    } catch (OnnxFormatException | InvalidGraphException | UncheckedIOException e) {
      throw new EngineException("Cannot load '%s': %s".formatted(model, e.getMessage()), e);
    }
  }
}
