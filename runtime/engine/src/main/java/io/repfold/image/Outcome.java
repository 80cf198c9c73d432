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
    /** What went wrong, in a sentence that names the image. */
    public String reason() {
      if (cause instanceof NoSuchFileException missing && name.equals(missing.getFile())) {
        return "There is no image '%s'".formatted(name);
      }
      if (cause instanceof OutOfMemoryError) {
        return "Out of memory on '%s': %s".formatted(name, cause.getMessage());
      }
      String message =
          cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
      return message.contains(name) ? message : "'%s': %s".formatted(name, message);
    }
  }
}
