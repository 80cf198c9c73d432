package io.repfold.runtime;

/**
 * A model cannot be loaded or run. The message names the model, what went wrong and, where known,
 * what to do.
 */
public final class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean noKernel;

  public EngineException(String message) {
    super(message);
    this.noKernel = false;
  }

  public EngineException(String message, Throwable cause) {
    this(message, cause, false);
  }

  private EngineException(String message, Throwable cause, boolean noKernel) {
    super(message, cause);
    this.noKernel = noKernel;
  }

  /** Of a valid model, with an op for which the backend has no code at this opset and type. */
  public static EngineException noKernel(String message, Throwable cause) {
    return new EngineException(message, cause, true);
  }

  /** Whether the model may be valid and the backend has no code for one of its ops. */
  public boolean isNoKernel() {
    return noKernel;
  }
}
