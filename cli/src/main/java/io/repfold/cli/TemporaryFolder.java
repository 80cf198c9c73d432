package io.repfold.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder that goes when it is closed, with all that is in it. */
final class TemporaryFolder implements AutoCloseable {
  private final Path path;

  private TemporaryFolder(Path path) {
    this.path = path;
  }

  static TemporaryFolder inSystemFolder() {
    try {
      return new TemporaryFolder(Files.createTempDirectory("repfold-"));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: no folder can be made there: %s"
              .formatted(System.getProperty("java.io.tmpdir"), e.getMessage()),
          e);
    }
  }

  /** In an existing folder, so that files in it can be moved there at once. */
  static TemporaryFolder in(Path parent) throws IOException {
    return new TemporaryFolder(Files.createTempDirectory(parent, ".repfold-"));
  }

  Path path() {
    return path;
  }

  @Override
  public void close() {
    delete(path);
  }

  /** Removes a folder with all that is in it. */
  static void delete(Path folder) {
    try (Stream<Path> content = Files.walk(folder)) {
      List<Path> deepestFirst = content.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be removed: " + e.getMessage(), e);
    }
  }
}
