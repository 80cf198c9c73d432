package io.repfold.data;

import com.google.errorprone.annotations.FormatMethod;

/** Data cannot be used. The message names the file or the argument, the problem and what to do. */
public final class DataException extends RuntimeException {
  @FormatMethod
  DataException(String message, Object... arguments) {
    super(message.formatted(arguments));
  }

  DataException(Throwable cause, String message) {
    super(message, cause);
  }
}
