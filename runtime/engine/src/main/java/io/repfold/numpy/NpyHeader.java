package io.repfold.numpy;

import io.repfold.runtime.HostTensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What stands before the elements: magic, version, the length of a Python dictionary, and that
 * dictionary.
 *
 * @param dataType NumPy's name of the element type, for example {@code <f4}
 * @param fortranOrder true when the first index varies fastest
 * @param sizes the shape; empty for a scalar
 * @param length bytes of the whole header
 */
record NpyHeader(String dataType, boolean fortranOrder, List<Long> sizes, int length) {
  /** NumPy's own limit is 10 000; a header with 64 dimensions takes less than 2 000. */
  private static final int MAX_DICTIONARY = 1 << 16;

  private static final int MAX_RANK = 64;
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int ALIGNMENT = 64;

  static NpyHeader of(HostTensor tensor) {
    return new NpyHeader(
        DataType.name(tensor.type()), false, Arrays.stream(tensor.shape()).boxed().toList(), 0);
  }

  static NpyHeader read(InputStream in, String source) throws IOException {
    byte[] start = in.readNBytes(8);
    if (start.length < 8 || !Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new NumpyFormatException(source, "it does not start as a .npy file does");
    }
    int version = start[6];
    if (version < 1 || version > 3) {
      throw new NumpyFormatException(
          source, "its format version is %d; 1, 2 and 3 can be read".formatted(version));
    }
    int lengthBytes = version == 1 ? 2 : 4;
    byte[] field = Arrays.copyOf(in.readNBytes(lengthBytes), 4);
    long length =
        Integer.toUnsignedLong(ByteBuffer.wrap(field).order(ByteOrder.LITTLE_ENDIAN).getInt());
    if (length > MAX_DICTIONARY) {
      throw new NumpyFormatException(
          source,
          "its header is %d bytes long; more than %d is not read"
              .formatted(length, MAX_DICTIONARY));
    }
    byte[] dictionary = in.readNBytes((int) length);
    if (dictionary.length < length) {
      throw new NumpyFormatException(source, "it ends inside its header");
    }
    String text =
        new String(dictionary, version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
    HeaderParser parsed = HeaderParser.parse(source, text);
    if (parsed.sizes().size() > MAX_RANK) {
      throw new NumpyFormatException(
          source,
          "it has %d dimensions; at most %d can be read"
              .formatted(parsed.sizes().size(), MAX_RANK));
    }
    return new NpyHeader(
        parsed.dataType(), parsed.fortranOrder(), parsed.sizes(), 8 + lengthBytes + (int) length);
  }

  long[] shape() {
    return sizes.stream().mapToLong(Long::longValue).toArray();
  }

  /** As version 1.0, padded so that the elements start at a multiple of 64 bytes. */
  byte[] encode() {
    String tuple = sizes.stream().map(size -> size + ",").collect(Collectors.joining(" "));
    String dictionary =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }".formatted(dataType, tuple);
    int unpadded = MAGIC.length + 4 + dictionary.length() + 1;
    int padded = (unpadded + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ByteBuffer header = ByteBuffer.allocate(padded).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (padded - MAGIC.length - 4));
    header.put(dictionary.getBytes(StandardCharsets.ISO_8859_1));
    while (header.position() < padded - 1) {
      header.put((byte) ' ');
    }
    return header.put((byte) '\n').array();
  }
}
