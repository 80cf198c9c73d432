package io.repfold.pipeline.inputs;

import io.repfold.runtime.Availability;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import java.nio.file.Path;
import java.util.function.Supplier;

/** A backend that feeds the same values to some inputs of all its models. */
record FixedInputBackend(Backend backend, InputValues values) implements Backend {
  @Override
  public String id() {
    return backend.id();
  }

  @Override
  public String name() {
    return backend.name();
  }

  @Override
  public Availability availability() {
    return backend.availability();
  }

  @Override
  public Engine load(Path model, EngineOptions options) {
    return fixed(() -> backend.load(model, options));
  }

  @Override
  public Engine load(String name, byte[] model, EngineOptions options) {
    return fixed(() -> backend.load(name, model, options));
  }

  private Engine fixed(Supplier<Engine> loaded) {
    Engine engine = loaded.get();
    try {
      return values.in(engine);
    } catch (RuntimeException e) {
      engine.close();
      throw e;
    }
  }
}
