package io.repfold.cli;

import io.repfold.pipeline.interpreter.InterpreterBackend;
import io.repfold.runtime.Availability;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Backends;
import java.util.List;

/** Engines by the names that options take. */
final class EngineChoice {
  private EngineChoice() {}

  /**
   * The engine of this name.
   *
   * @param option that gave the name
   * @throws UsageException if there is none of this name
   * @throws WorkFailedException if this machine cannot run it
   */
  static Backend of(String option, String id) {
    Backend backend;
    try {
      backend = Backends.byId(id);
    } catch (IllegalArgumentException e) {
      throw new UsageException("%s: %s".formatted(option, e.getMessage()), e);
    }
    if (backend.availability() instanceof Availability.Missing missing) {
      throw new WorkFailedException(
          "%s cannot run here: %s 'repfold doctor' says what can."
              .formatted(backend.name(), sentence(missing.reason())));
    }
    return backend;
  }

  /** The engine that {@code --engine} names. */
  static Backend of(String id) {
    return of("--engine", id);
  }

  /** The engines that {@code --engine} names, in their order. */
  static List<Backend> of(List<String> ids) {
    return ids.stream().map(EngineChoice::of).toList();
  }

  /** Whether an engine runs on no GPU. */
  static boolean isOnProcessor(Backend backend) {
    return backend.id().equals(Backends.onnxRuntimeCpu().id())
        || backend instanceof InterpreterBackend;
  }

  private static String sentence(String reason) {
    return reason.endsWith(".") ? reason : reason + ".";
  }
}
