package io.repfold.numpy;

import io.repfold.runtime.HostTensor;
import io.repfold.runtime.WholeFile;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** A {@code .npy} file: one array. */
public final class Npy {
  private Npy() {}

  /**
   * Reads an array of float16 to float64, int8 to int64, uint8 to uint64 or bool, of format version
   * 1, 2 or 3, either byte order and either memory order.
   *
   * @throws NumpyFormatException if the file is not that, or its length is not what its header says
   */
  public static HostTensor read(Path file) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      return NpyReader.read(in, file.toString(), Files.size(file));
    }
  }

  /**
   * Writes an array in row-major order and the machine's byte order. An existing file is replaced
   * only once the new one is complete.
   *
   * @throws IllegalArgumentException if the tensor is bfloat16, which NumPy does not have
   */
  public static void write(Path file, HostTensor tensor) throws IOException {
    byte[] header = NpyHeader.of(tensor).encode();
    WholeFile.write(
        file,
        out -> {
          out.write(header);
          writeElements(out, tensor);
        });
  }

  /** The bytes of a tensor, in a few pieces. */
  static void writeElements(OutputStream out, HostTensor tensor) throws IOException {
    ByteBuffer bytes = tensor.bytes();
    byte[] piece = new byte[1 << 16];
    while (bytes.hasRemaining()) {
      int length = Math.min(piece.length, bytes.remaining());
      bytes.get(piece, 0, length);
      out.write(piece, 0, length);
    }
  }
}
