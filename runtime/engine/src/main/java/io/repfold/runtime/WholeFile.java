package io.repfold.runtime;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;

/**
 * Files that appear under their names as a whole or not at all: written beside their target and
 * moved into place. Only regular files are ever replaced.
 */
public final class WholeFile {
  /** Writes a file's content. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private WholeFile() {}

  /**
   * Why no file may take the place of what is under a name, and what to do; empty if nothing is
   * there, or a regular file or a link to one. A device, a named pipe or a socket would be gone,
   * and whoever reads from it would get nothing.
   */
  public static Optional<String> obstacle(Path target) {
    if (Files.isRegularFile(target) || !Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    if (Files.isDirectory(target)) {
      return Optional.of("is a folder; name a file in it");
    }
    return Optional.of(
        Files.exists(target)
            ? "is a device, a pipe or a socket, which a file would replace; name a file"
            : "is a link to what does not exist; name a file, or remove the link");
  }

  /**
   * Writes a file; a link is followed, so that it stays a link.
   *
   * @throws IOException if it cannot be written; what was there before is unchanged
   */
  public static void write(Path file, Content content) throws IOException {
    requireNoObstacle(file);
    Path real = Files.exists(file) ? file.toRealPath() : file;
    Path draft = real.resolveSibling(".%s.%s.tmp".formatted(real.getFileName(), UUID.randomUUID()));
    try {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(draft))) {
        content.writeTo(out);
      }
      move(draft, real);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  /**
   * Puts a file that is complete in the place of another on the same disk, at once.
   *
   * @throws IOException if it cannot be moved; what was there before is unchanged
   */
  public static void move(Path from, Path target) throws IOException {
    requireNoObstacle(target);
    Files.move(from, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * @throws IOException if there is an {@link #obstacle}; it names the file
   */
  public static void requireNoObstacle(Path target) throws IOException {
    Optional<String> obstacle = obstacle(target);
    if (obstacle.isPresent()) {
      throw new IOException("%s: %s".formatted(target, obstacle.get()));
    }
  }
}
