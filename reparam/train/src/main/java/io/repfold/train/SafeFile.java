package io.repfold.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The second half of writing a pair of files: each takes its place once both are there. */
final class SafeFile {
  private SafeFile() {}

  /** Takes the place of the target at once. */
  static void move(Path from, Path target) {
    try {
      Files.move(from, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw failed(target, e);
    }
  }

  static UncheckedIOException failed(Path target, IOException cause) {
    return new UncheckedIOException(
        "%s: cannot be written: %s. What was there before is unchanged"
            .formatted(target, cause.getMessage()),
        cause);
  }
}
