package io.repfold.weights;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes pickles opcode by opcode, also such as no framework writes. */
final class PickleWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** Bytes as they are, each given as a character. */
  PickleWriter raw(String bytes) {
    out.writeBytes(bytes.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  PickleWriter times(int count, String bytes) {
    return raw(bytes.repeat(count));
  }

  static PickleWriter protocol2() {
    return new PickleWriter().raw("\u0080\u0002");
  }

  PickleWriter global(String module, String name) {
    return raw("c" + module + "\n" + name + "\n");
  }

  PickleWriter text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    raw("X").littleEndian(bytes.length, Integer.BYTES);
    out.writeBytes(bytes);
    return this;
  }

  PickleWriter integer(long value) {
    return raw("\u008a\u0008").littleEndian(value, Long.BYTES);
  }

  PickleWriter integers(long... values) {
    raw("(");
    for (long value : values) {
      integer(value);
    }
    return raw("t");
  }

  PickleWriter littleEndian(long value, int bytes) {
    byte[] all =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    out.write(all, 0, bytes);
    return this;
  }

  /** A float32 tensor over storage {@code 0}, of which {@code count} elements are claimed. */
  PickleWriter tensor(long count, long offset, long[] dims, long[] strides) {
    return tensor("FloatStorage", count, "", offset, dims, strides);
  }

  /**
   * Likewise, of a storage of any type.
   *
   * @param part opcodes of what names a part of the storage in the old format
   */
  PickleWriter tensor(
      String type, long count, String part, long offset, long[] dims, long[] strides) {
    return global("torch._utils", "_rebuild_tensor_v2")
        .raw("((")
        .text("storage")
        .global("torch", type)
        .text("0")
        .text("cpu")
        .integer(count)
        .raw(part + "tQ")
        .integer(offset)
        .integers(dims)
        .integers(strides)
        .raw("\u0089}tR");
  }

  PickleWriter append(PickleWriter other) {
    out.writeBytes(other.bytes());
    return this;
  }

  /** Each byte as a character. */
  @Override
  public String toString() {
    return out.toString(StandardCharsets.ISO_8859_1);
  }

  byte[] stop() {
    return raw(".").bytes();
  }

  byte[] bytes() {
    return out.toByteArray();
  }
}
