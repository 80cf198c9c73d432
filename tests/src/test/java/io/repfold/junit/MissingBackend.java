package io.repfold.junit;

import io.repfold.runtime.Availability;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import java.nio.file.Path;

/** An engine that runs on no machine. */
public final class MissingBackend implements Backend {
  static final String ID = "planted";
  static final String REASON = "libplanted.so.1 was not found";

  @Override
  public String id() {
    return ID;
  }

  @Override
  public String name() {
    return "Planted Engine";
  }

  @Override
  public Availability availability() {
    return new Availability.Missing(REASON);
  }

  @Override
  public Engine load(Path model, EngineOptions options) {
    throw new EngineException(REASON);
  }

  @Override
  public Engine load(String name, byte[] model, EngineOptions options) {
    throw new EngineException(REASON);
  }
}
