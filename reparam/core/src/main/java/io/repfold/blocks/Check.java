package io.repfold.blocks;

import com.google.errorprone.annotations.FormatMethod;
import org.jspecify.annotations.Nullable;

/** Preconditions of this package. */
final class Check {
  private Check() {}

  @FormatMethod
  static void that(boolean holds, String message, @Nullable Object... arguments) {
    if (!holds) {
      throw new IllegalArgumentException(message.formatted(arguments));
    }
  }
}
