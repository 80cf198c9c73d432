package io.repfold.onnx;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A file that appears under its name complete or not at all. It is written beside its target, made
 * durable, and moved into place; a mapping of the old content stays valid.
 */
public final class AtomicFile implements AutoCloseable {
  /** Writes a file's content. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private static final AtomicLong COUNTER = new AtomicLong();

  private final Path target;
  private final Path temporary;
  private final FileChannel channel;

  private AtomicFile(Path target, Path temporary, FileChannel channel) {
    this.target = target;
    this.temporary = temporary;
    this.channel = channel;
  }

  /**
   * Creates, fills and commits.
   *
   * @throws UncheckedIOException if it cannot be written; what was there before is unchanged
   */
  public static void write(Path target, Content content) {
    try (AtomicFile file = create(target)) {
      file.fill(content);
      file.commit();
    }
  }

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

  private static void refuseObstacle(Path target) {
    obstacle(target)
        .ifPresent(
            obstacle -> {
              throw new UncheckedIOException(
                  "%s: %s".formatted(target, obstacle), new IOException(obstacle));
            });
  }

  /** A link is followed, so that it stays a link. */
  static AtomicFile create(Path target) {
    try {
      refuseObstacle(target);
      Path real = Files.exists(target) ? target.toRealPath() : target;
      Path temporary =
          real.resolveSibling(
              ".%s.%d-%d.tmp"
                  .formatted(
                      real.getFileName(),
                      ProcessHandle.current().pid(),
                      COUNTER.incrementAndGet()));
      Files.deleteIfExists(temporary);
      FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      return new AtomicFile(real, temporary, channel);
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException(target + ": cannot be written: its folder does not exist", e);
    } catch (IOException e) {
      throw failed(target, e);
    }
  }

  void fill(Content content) {
    try {
      OutputStream out = Channels.newOutputStream(channel);
      content.writeTo(out);
      out.flush();
      channel.force(true);
    } catch (IOException e) {
      throw failed(target, e);
    }
  }

  void commit() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failed(target, e);
    }
    move(temporary, target);
  }

  /**
   * Puts a file that is complete in the place of another on the same disk, at once.
   *
   * @throws UncheckedIOException if it cannot be moved; what was there before is unchanged
   */
  public static void move(Path from, Path target) {
    refuseObstacle(target);
    try {
      Files.move(from, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw failed(target, e);
    }
  }

  /** What a failure to write a file beside its target, or to move it into place, is told as. */
  public static UncheckedIOException failed(Path target, IOException cause) {
    return new UncheckedIOException(
        "%s: cannot be written: %s. What was there before is unchanged"
            .formatted(target, cause.getMessage()),
        cause);
  }

  /** Removes what was not committed. */
  @Override
  public void close() {
    try {
      channel.close();
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      throw failed(target, e);
    }
  }
}
