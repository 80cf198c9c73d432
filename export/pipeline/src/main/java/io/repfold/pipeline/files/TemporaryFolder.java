package io.repfold.pipeline.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder that goes when it is closed, with all that is in it; also if the process is told to end
 * before. What a process left that was killed goes when the next one makes a folder there.
 */
public final class TemporaryFolder implements AutoCloseable {
  private static final String BESIDE_RESULTS = ".repfold-";

  /** Between a folder and its lock lies a moment in which it seems to be nobody's. */
  private static final Duration MOMENT = Duration.ofMinutes(1);

  private final Path root;
  private final Path path;
  private final @Nullable FolderLock lock;

  private TemporaryFolder(Path root, Path path, @Nullable FolderLock lock) {
    this.root = root;
    this.path = path;
    this.lock = lock;
    OpenFolders.add(root);
  }

  public static TemporaryFolder inSystemFolder() {
    try {
      Path root = Files.createTempDirectory("repfold-");
      return new TemporaryFolder(root, root, null);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: no folder can be made there: %s"
              .formatted(System.getProperty("java.io.tmpdir"), e.getMessage()),
          e);
    }
  }

  /** In an existing folder, so that files in it can be moved there at once. */
  public static TemporaryFolder in(Path parent) throws IOException {
    removeLeftOnes(parent);
    Path root = Files.createTempDirectory(parent, BESIDE_RESULTS);
    FolderLock lock = FolderLock.take(root);
    return new TemporaryFolder(root, Files.createDirectory(root.resolve("files")), lock);
  }

  /** Those that nobody locks any more; others are not touched, whatever their age. */
  private static void removeLeftOnes(Path parent) {
    Instant before = Instant.now().minus(MOMENT);
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, BESIDE_RESULTS + "*")) {
      for (Path folder : folders) {
        if (Files.isDirectory(folder)
            && !OpenFolders.contains(folder)
            && Files.getLastModifiedTime(folder).toInstant().isBefore(before)
            && FolderLock.isLeft(folder)) {
          delete(folder);
        }
      }
    } catch (IOException | UncheckedIOException | DirectoryIteratorException e) {
      // Another process removes them at the same time, or they belong to somebody else.
    }
  }

  /** Whether it has the name of one that {@link #in} makes, be it of a process that was killed. */
  public static boolean isOne(Path path) {
    return String.valueOf(path.getFileName()).startsWith(BESIDE_RESULTS);
  }

  public Path path() {
    return path;
  }

  @Override
  public void close() {
    if (lock != null) {
      lock.close();
    }
    delete(root);
    OpenFolders.remove(root);
  }

  /** Removes a folder with all that is in it, if it is still there. */
  public static void delete(Path folder) {
    try (Stream<Path> content = Files.walk(folder)) {
      List<Path> deepestFirst = content.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException e) {
      // That is what was wanted.
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be removed: " + e.getMessage(), e);
    }
  }
}
