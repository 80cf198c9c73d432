package io.repfold.tensorrt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 in hexadecimal digits. */
final class Sha256 {
  private static final int PART = 1 << 16;

  private Sha256() {}

  static String of(byte[] bytes) {
    return of(ByteBuffer.wrap(bytes));
  }

  /** Of the bytes between position and limit, which stay where they are. */
  static String of(ByteBuffer bytes) {
    MessageDigest digest = digest();
    digest.update(bytes.duplicate());
    return HexFormat.of().formatHex(digest.digest());
  }

  static String of(Path file) throws IOException {
    MessageDigest digest = digest();
    ByteBuffer part = ByteBuffer.allocate(PART);
    try (FileChannel channel = FileChannel.open(file)) {
      while (channel.read(part) >= 0) {
        digest.update(part.flip());
        part.clear();
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }
}
