package io.repfold.weights;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Bytes of a pickle, or a text that is too long for a name or stands for bytes. Compared by
 * identity, since it may be large.
 */
final class Bytes {
  private ByteBuffer data;
  private boolean utf8;

  private Bytes(ByteBuffer data, boolean utf8) {
    this.data = data;
    this.utf8 = utf8;
  }

  static Bytes of(ByteBuffer data) {
    return new Bytes(data, false);
  }

  /** A text that is decoded only if its bytes are asked for. */
  static Bytes ofUtf8(ByteBuffer data) {
    return new Bytes(data, true);
  }

  /** A value that is bytes, or a text of which each character stands for one. */
  static Bytes of(Object value) {
    if (value instanceof String text) {
      return ofUtf8(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }
    if (value instanceof Bytes bytes) {
      return bytes;
    }
    throw new WeightsException(
        "has %s where bytes are expected; it is damaged".formatted(Kinds.of(value)));
  }

  /**
   * The bytes; one a character of a text, as NumPy's arrays are in pickles of protocol 2 and of
   * Python 2.
   */
  ByteBuffer content() {
    if (utf8) {
      data = latin1(data.duplicate());
      utf8 = false;
    }
    return data.duplicate();
  }

  private static ByteBuffer latin1(ByteBuffer text) {
    byte[] bytes = new byte[characters(text)];
    int count = 0;
    while (text.hasRemaining()) {
      int first = text.get();
      if (first < 0) {
        Check.that(
            (first & 0xFE) == 0xC2
                && text.hasRemaining()
                && (text.get(text.position()) & 0xC0) == 0x80,
            "a text that stands for bytes has a character beyond 255; it is damaged");
        first = (first & 0x03) << 6 | text.get() & 0x3F;
      }
      bytes[count++] = (byte) first;
    }
    return ByteBuffer.wrap(bytes);
  }

  private static int characters(ByteBuffer text) {
    int count = 0;
    for (int i = text.position(); i < text.limit(); i++) {
      count += (text.get(i) & 0xC0) == 0x80 ? 0 : 1;
    }
    return count;
  }
}
