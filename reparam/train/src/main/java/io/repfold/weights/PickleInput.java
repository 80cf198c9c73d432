package io.repfold.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads the parts of a pickle, never beyond its end. */
final class PickleInput {
  /** Longer texts are no names, and stay where they are. */
  static final int LONGEST_NAME = 512;

  private static final int LONGEST_LINE = 4096;

  private final ByteBuffer bytes;

  PickleInput(ByteBuffer bytes) {
    this.bytes = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** In bytes from the start of what was given. */
  int position() {
    return bytes.position();
  }

  /**
   * @param count unsigned, as the file claims it
   */
  ByteBuffer take(long count) {
    Check.that(
        count >= 0 && count <= bytes.remaining(),
        "ends too early: %s bytes are missing from byte %d on. It is damaged or was not copied whole; get it again",
        count < 0 ? "very many" : count - bytes.remaining(),
        bytes.position());
    ByteBuffer part = bytes.slice(bytes.position(), (int) count).order(ByteOrder.LITTLE_ENDIAN);
    bytes.position(bytes.position() + (int) count);
    return part;
  }

  int unsignedByte() {
    return Byte.toUnsignedInt(take(1).get());
  }

  int unsignedShort() {
    return Short.toUnsignedInt(take(2).getShort());
  }

  int signedInt() {
    return take(4).getInt();
  }

  long unsignedInt() {
    return Integer.toUnsignedLong(take(4).getInt());
  }

  long signedLong() {
    return take(8).getLong();
  }

  double bigEndianDouble() {
    return take(8).order(ByteOrder.BIG_ENDIAN).getDouble();
  }

  /** A text: as such, or as it lies there if it is long. */
  Object text(long length) {
    ByteBuffer part = take(length);
    return length > LONGEST_NAME ? Bytes.ofUtf8(part) : decode(part);
  }

  /** A text of Python 2, one byte a character. */
  Object bytesOrText(long length) {
    ByteBuffer part = take(length);
    return length > LONGEST_NAME
        ? Bytes.of(part)
        : StandardCharsets.ISO_8859_1.decode(part).toString();
  }

  /** The text up to the next line end, which is left out. */
  String line() {
    String text = decode(bytesOfLine());
    Check.that(text.length() <= LONGEST_LINE, "has a name of %d characters", text.length());
    return text;
  }

  /** Likewise, of any length and with one byte a character. */
  String latin1Line() {
    return StandardCharsets.ISO_8859_1.decode(bytesOfLine()).toString();
  }

  private ByteBuffer bytesOfLine() {
    int start = bytes.position();
    for (int end = start; end < bytes.limit(); end++) {
      if (bytes.get(end) == '\n') {
        ByteBuffer line = take(end - start);
        take(1);
        return line;
      }
    }
    throw new WeightsException(
        "has no line end after byte %d, where a line is expected; it is damaged".formatted(start));
  }

  private static String decode(ByteBuffer part) {
    try {
      CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(part);
      return text.toString();
    } catch (CharacterCodingException e) {
      throw new WeightsException("holds a text that is not UTF-8; it is damaged", e);
    }
  }
}
