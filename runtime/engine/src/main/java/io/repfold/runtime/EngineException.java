package io.repfold.runtime;

/**
 * A model cannot be loaded or run. The message names the model, what went wrong and, where known,
 * what to do.
 */
public final class EngineException extends RuntimeException {
  public EngineException(String message) {
    super(message);
  }

  public EngineException(String message, Throwable cause) {
    super(message, cause);
  }
}
