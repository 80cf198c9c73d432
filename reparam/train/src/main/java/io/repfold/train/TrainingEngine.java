package io.repfold.train;

import ai.djl.engine.Engine;
import java.util.Optional;

/**
 * Whether networks can be trained here: DJL's PyTorch engine with its native libraries.
 *
 * @param version of the engine, such as {@code PyTorch 2.7.1}; empty if it cannot be loaded
 * @param reason why it cannot; empty if it can
 */
public record TrainingEngine(Optional<String> version, Optional<String> reason) {
  private static final String NAME = "PyTorch";

  /** Loads the native libraries, which takes a second or two the first time. Never throws. */
  public static TrainingEngine find() {
    try {
      Engine engine = Engine.getEngine(NAME);
      return new TrainingEngine(Optional.of(NAME + " " + engine.getVersion()), Optional.empty());
    } catch (RuntimeException | LinkageError e) {
      Throwable root = e;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      return new TrainingEngine(
          Optional.empty(),
          Optional.of(
              "%s cannot be loaded (%s: %s). Its libraries come for Linux on x86-64 only, in ai.djl.pytorch:pytorch-native-cpu"
                  .formatted(NAME, root.getClass().getSimpleName(), root.getMessage())));
    }
  }
}
