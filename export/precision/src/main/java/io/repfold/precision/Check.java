package io.repfold.precision;

import com.google.errorprone.annotations.FormatMethod;
import io.repfold.graph.InvalidGraphException;
import org.jspecify.annotations.Nullable;

/** Preconditions of this package. */
public final class Check {
  private Check() {}

  @FormatMethod
  public static void that(boolean holds, String message, @Nullable Object... arguments) {
    if (!holds) {
      throw new InvalidGraphException(message.formatted(arguments));
    }
  }
}
