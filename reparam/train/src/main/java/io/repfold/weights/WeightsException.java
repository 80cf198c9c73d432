package io.repfold.weights;

/**
 * A file of weights that cannot be used. The message names the file, what was expected, what was
 * found and what to do. Nothing of the file was executed.
 */
public final class WeightsException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  WeightsException(String message) {
    super(message);
  }

  WeightsException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The same, with the file's name in front. */
  WeightsException in(String file) {
    return new WeightsException(file + ": " + getMessage(), this);
  }
}
