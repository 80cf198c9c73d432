package io.repfold.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Files that appear complete or not at all, and what identifies them. */
final class SafeFile {
  private static final int BUFFER_BYTES = 1 << 18;

  private SafeFile() {}

  /** Writes a text; what was there before stays if that fails. */
  static void write(Path target, String text) {
    Path next = target.resolveSibling(target.getFileName() + ".next");
    try {
      try (FileChannel channel =
          FileChannel.open(
              next,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      move(next, target);
    } catch (IOException e) {
      throw failed(target, e);
    }
  }

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

  /** SHA-256 of a file, in hexadecimal. */
  static String sha256(Path file) {
    MessageDigest digest = digest();
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
      while (channel.read(buffer.clear()) >= 0) {
        digest.update(buffer.flip());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }
}
