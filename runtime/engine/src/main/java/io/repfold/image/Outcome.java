package io.repfold.image;

import java.nio.file.NoSuchFileException;

/**
 * What became of one image of many.
 *
 * @param <T> what the caller makes of a result
 */
public sealed interface Outcome<T> {
  /** The image's name. */
  String name();

  /**
   * It was segmented.
   *
   * @param result what the caller made of it
   */
  record Done<T>(String name, T result) implements Outcome<T> {}

  /**
   * It could not be segmented.
   *
   * @param cause a message for people is in it
   */
  record Failed<T>(String name, Throwable cause) implements Outcome<T> {
    /** What went wrong, in a sentence. */
    public String reason() {
      if (cause instanceof NoSuchFileException) {
        return "There is no image '%s'".formatted(name);
      }
      return cause instanceof OutOfMemoryError
          ? "Out of memory on '%s': %s".formatted(name, cause.getMessage())
          : String.valueOf(cause.getMessage());
    }
  }
}
