package io.repfold.junit;

import io.repfold.runtime.Availability;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import java.nio.file.Path;

/** What stands for an engine that cannot run here: it tells why, and loads nothing. */
class MissingEngine implements Backend {
  private final String id;
  private final String name;
  private final String reason;

  MissingEngine(String id, String name, String reason) {
    this.id = id;
    this.name = name;
    this.reason = reason;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Availability availability() {
    return new Availability.Missing(reason);
  }

  @Override
  public Engine load(Path model, EngineOptions options) {
    throw new EngineException(reason);
  }

  @Override
  public Engine load(String model, byte[] bytes, EngineOptions options) {
    throw new EngineException(reason);
  }
}
