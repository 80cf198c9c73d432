package io.repfold.train;

import com.google.errorprone.annotations.FormatMethod;
import org.jspecify.annotations.Nullable;

/** A run that cannot start or go on; the message names the file or step and what to do. */
public final class RunException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  @FormatMethod
  RunException(String message, @Nullable Object... args) {
    super(message.formatted(args));
  }

  @FormatMethod
  RunException(Throwable cause, String message, @Nullable Object... args) {
    super(message.formatted(args), cause);
  }
}
