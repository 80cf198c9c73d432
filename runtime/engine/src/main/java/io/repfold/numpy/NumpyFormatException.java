package io.repfold.numpy;

import java.io.IOException;

/**
 * A file is not what it should be, or holds what cannot be read. The message names the file and the
 * problem.
 */
public final class NumpyFormatException extends IOException {
  NumpyFormatException(String source, String problem) {
    super("Cannot read '%s': %s".formatted(source, problem));
  }
}
