package io.repfold.cli;

/** The work cannot be done; the message names the file and what to do. */
final class WorkFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  WorkFailedException(String message) {
    super(message);
  }

  WorkFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
