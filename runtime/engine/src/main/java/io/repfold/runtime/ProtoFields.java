package io.repfold.runtime;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Reads the fields of one message of a protocol buffer, one after the other: just enough to follow
 * the references of an ONNX file. The wire format is that of
 * protobuf.dev/programming-guides/encoding.
 */
final class ProtoFields {
  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int LENGTH = 2;
  private static final int FIXED_32 = 5;
  private static final int LONGEST_VARINT = 10;

  private final ByteBuffer bytes;
  private int field;
  private long number;
  private ByteBuffer content = ByteBuffer.allocate(0);

  ProtoFields(ByteBuffer message) {
    this.bytes = message.duplicate();
  }

  /**
   * Goes to the next field.
   *
   * @return false at the end
   * @throws IllegalArgumentException if the bytes are no message
   */
  boolean next() {
    if (!bytes.hasRemaining()) {
      return false;
    }
    long tag = varint();
    field = (int) (tag >>> 3);
    content = ByteBuffer.allocate(0);
    number = 0;
    switch ((int) (tag & 7)) {
      case VARINT -> number = varint();
      case FIXED_64 -> take(Long.BYTES);
      case LENGTH -> content = take(varint());
      case FIXED_32 -> take(Integer.BYTES);
      default -> throw damaged();
    }
    if (field == 0) {
      throw damaged();
    }
    return true;
  }

  int field() {
    return field;
  }

  /** A whole number; 0 for everything else. */
  long number() {
    return number;
  }

  /** The bytes of a string or message; none for numbers. */
  ByteBuffer content() {
    return content;
  }

  String text() {
    return StandardCharsets.UTF_8.decode(content.duplicate()).toString();
  }

  /** The key and the value of a StringStringEntryProto. */
  static Map.Entry<String, String> entry(ByteBuffer message) {
    ProtoFields fields = new ProtoFields(message);
    String key = "";
    String value = "";
    while (fields.next()) {
      if (fields.field() == 1) {
        key = fields.text();
      } else if (fields.field() == 2) {
        value = fields.text();
      }
    }
    return Map.entry(key, value);
  }

  private long varint() {
    long value = 0;
    for (int i = 0; i < LONGEST_VARINT; i++) {
      if (!bytes.hasRemaining()) {
        throw damaged();
      }
      byte part = bytes.get();
      value |= (long) (part & 0x7f) << (7 * i);
      if (part >= 0) {
        return value;
      }
    }
    throw damaged();
  }

  private ByteBuffer take(long length) {
    if (length < 0 || length > bytes.remaining()) {
      throw damaged();
    }
    ByteBuffer taken = bytes.slice(bytes.position(), (int) length);
    bytes.position(bytes.position() + (int) length);
    return taken;
  }

  private IllegalArgumentException damaged() {
    return new IllegalArgumentException("damaged before byte " + bytes.position());
  }
}
