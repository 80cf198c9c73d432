package io.repfold.weights;

import com.google.errorprone.annotations.FormatMethod;
import org.jspecify.annotations.Nullable;

/** What must hold of a file. */
final class Check {
  private Check() {}

  @FormatMethod
  static void that(boolean holds, String message, @Nullable Object... arguments) {
    if (!holds) {
      throw new WeightsException(message.formatted(arguments));
    }
  }
}
