package io.repfold.cli;

import io.repfold.graph.Tensor;
import io.repfold.kit.HalfGraphs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Collectors;

/** Models and samples that narrow numbers are hard on. */
final class HalfModels {
  private HalfModels() {}

  /** {@link HalfGraphs#planted} as a file. */
  static Path planted(Path folder, float mean) {
    return Models.write(folder.resolve("planted.onnx"), HalfGraphs.planted(mean));
  }

  /** {@link HalfGraphs#close} as a file. */
  static Path close(Path folder) {
    return Models.write(folder.resolve("close.onnx"), HalfGraphs.close());
  }

  /** {@link HalfGraphs#overflowing} as a file. */
  static Path overflowing(Path folder) {
    return Models.write(folder.resolve("overflowing.onnx"), HalfGraphs.overflowing());
  }

  /** {@link HalfGraphs#logarithm} as a file. */
  static Path logarithm(Path folder) {
    return Models.write(folder.resolve("logarithm.onnx"), HalfGraphs.logarithm());
  }

  /** {@link HalfGraphs#attention} as a file. */
  static Path attention(Path folder) {
    return Models.write(folder.resolve("attention.onnx"), HalfGraphs.attention());
  }

  /** A folder of {@code .npy} files of positive random numbers. */
  static Path samples(Path folder, int count, long... shape) {
    Path data = folder.resolve("data");
    Random random = new Random(11);
    for (int i = 0; i < count; i++) {
      float[] values = new float[Math.toIntExact(Tensor.count(shape))];
      for (int j = 0; j < values.length; j++) {
        values[j] = 0.01f + random.nextFloat();
      }
      npy(data.resolve("sample" + i + ".npy"), values, shape);
    }
    return data;
  }

  /** One {@code .npy} file of float32 numbers. */
  static Path npy(Path file, float[] values, long... shape) {
    String dims = Arrays.stream(shape).mapToObj(d -> d + ",").collect(Collectors.joining());
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }".formatted(dims);
    String padded = header + " ".repeat(63 - (10 + header.length()) % 64) + "\n";
    ByteBuffer bytes =
        ByteBuffer.allocate(10 + padded.length() + 4 * values.length)
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    bytes.put((byte) 1).put((byte) 0).putShort((short) padded.length());
    bytes.put(padded.getBytes(StandardCharsets.US_ASCII)).asFloatBuffer().put(values);
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      return Files.write(file, bytes.array());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
