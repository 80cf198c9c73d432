package io.repfold.images;

import java.io.IOException;

/** An image cannot be used. The message names the file, the problem and what to do. */
public final class ImageFormatException extends IOException {
  public ImageFormatException(String file, String problem) {
    super("Cannot use the image '%s': %s".formatted(file, problem));
  }

  ImageFormatException(String file, String problem, Throwable cause) {
    super("Cannot use the image '%s': %s".formatted(file, problem), cause);
  }
}
