package io.repfold.numpy;

import io.repfold.runtime.ElementType;
import io.repfold.runtime.HostTensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Reads one array from a stream whose length is known. */
final class NpyReader {
  private NpyReader() {}

  /**
   * Reads to the end of the stream.
   *
   * @param source how messages call the array
   * @param length bytes of header and elements together
   */
  static HostTensor read(InputStream in, String source, long length) throws IOException {
    NpyHeader header = NpyHeader.read(in, source);
    DataType dataType = DataType.parse(source, header.dataType());
    int bytes = elementBytes(header, dataType.type(), source, length - header.length());
    ByteBuffer elements = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    fill(elements, in, source);
    if (dataType.order() != ByteOrder.nativeOrder()) {
      reverseBytes(elements, dataType.type().bytes());
    }
    if (dataType.type() == ElementType.BOOL) {
      normalize(elements);
    }
    ByteBuffer rows =
        header.fortranOrder()
            ? rowMajor(elements, dataType.type().bytes(), header.shape())
            : elements;
    return HostTensor.wrap(dataType.type(), rows, header.shape());
  }

  private static int elementBytes(NpyHeader header, ElementType type, String source, long available)
      throws NumpyFormatException {
    long bytes = Arrays.stream(header.shape()).anyMatch(size -> size == 0) ? 0 : type.bytes();
    for (long size : header.shape()) {
      bytes = Math.multiplyHigh(bytes, size) == 0 ? bytes * size : -1;
      if (bytes < 0 || bytes > Integer.MAX_VALUE) {
        throw new NumpyFormatException(
            source,
            "%s%s does not fit into the 2 GiB that one tensor can hold"
                .formatted(type, Arrays.toString(header.shape())));
      }
    }
    if (bytes != available) {
      throw new NumpyFormatException(
          source,
          "%s%s takes %d bytes, but %d follow its header; the file is damaged or cut short"
              .formatted(type, Arrays.toString(header.shape()), bytes, available));
    }
    return (int) bytes;
  }

  private static void fill(ByteBuffer elements, InputStream in, String source) throws IOException {
    byte[] piece = new byte[1 << 16];
    while (elements.hasRemaining()) {
      int read = in.read(piece, 0, Math.min(piece.length, elements.remaining()));
      if (read < 0) {
        throw new NumpyFormatException(
            source, "it ends %d bytes early".formatted(elements.remaining()));
      }
      elements.put(piece, 0, read);
    }
    if (in.read() >= 0) {
      throw new NumpyFormatException(source, "it goes on after its last element");
    }
    elements.flip();
  }

  private static void reverseBytes(ByteBuffer elements, int width) {
    for (int at = 0; at < elements.limit(); at += width) {
      for (int low = at, high = at + width - 1; low < high; low++, high--) {
        byte swapped = elements.get(low);
        elements.put(low, elements.get(high));
        elements.put(high, swapped);
      }
    }
  }

  /** Native code may rely on bool being 0 or 1. */
  private static void normalize(ByteBuffer elements) {
    for (int i = 0; i < elements.limit(); i++) {
      elements.put(i, (byte) (elements.get(i) == 0 ? 0 : 1));
    }
  }

  private static ByteBuffer rowMajor(ByteBuffer columns, int width, long... shape) {
    ByteBuffer rows = ByteBuffer.allocateDirect(columns.limit()).order(ByteOrder.nativeOrder());
    int[] coordinates = new int[shape.length];
    for (int target = 0; target < rows.limit(); target += width) {
      long element = 0;
      for (int axis = shape.length - 1; axis >= 0; axis--) {
        element = element * shape[axis] + coordinates[axis];
      }
      rows.put(target, columns, (int) element * width, width);
      for (int axis = shape.length - 1; axis >= 0 && ++coordinates[axis] == shape[axis]; axis--) {
        coordinates[axis] = 0;
      }
    }
    return rows;
  }
}
