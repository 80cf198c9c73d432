package io.repfold.samples.garments;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/**
 * A gzipped IDX file of unsigned bytes, as MNIST and its successors are kept: two zero bytes, the
 * element type, the number of dimensions, each of them as a big-endian int, the elements.
 *
 * @param dims such as [60000, 28, 28]
 * @param bytes the elements, the last dimension running fastest
 */
record IdxFile(List<Integer> dims, byte[] bytes) {
  private static final int UNSIGNED_BYTE = 8;
  private static final int LARGEST = 1 << 28;

  static IdxFile read(Path file) throws IOException {
    try (var in = new DataInputStream(new GZIPInputStream(Files.newInputStream(file)))) {
      int magic = in.readInt();
      if (magic >>> 8 != UNSIGNED_BYTE) {
        throw new IOException(
            "%s: expected an IDX file of unsigned bytes, found magic number 0x%08x"
                .formatted(file, magic));
      }
      int[] dims = new int[magic & 0xff];
      long size = 1;
      for (int i = 0; i < dims.length; i++) {
        dims[i] = in.readInt();
        size *= dims[i];
        if (dims[i] < 1 || size > LARGEST) {
          throw new IOException(
              "%s: dimension %d of %d is %d; a file of this program has 1 to %d elements"
                  .formatted(file, i, dims.length, dims[i], LARGEST));
        }
      }
      byte[] bytes = in.readNBytes((int) size);
      if (bytes.length < size) {
        throw new IOException(
            "%s: ends after %d of %d elements".formatted(file, bytes.length, size));
      }
      return new IdxFile(IntStream.of(dims).boxed().toList(), bytes);
    }
  }

  int size() {
    return dims.get(0);
  }

  /** Element {@code index} of the first dimension. */
  byte[] item(int index) {
    int length = bytes.length / size();
    return Arrays.copyOfRange(bytes, index * length, (index + 1) * length);
  }
}
