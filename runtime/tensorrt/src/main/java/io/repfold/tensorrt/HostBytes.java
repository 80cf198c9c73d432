package io.repfold.tensorrt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.nvinfer.IHostMemory;

/** Memory of TensorRT's, of any size, as bytes. */
final class HostBytes {
  private static final long PART = 1L << 26;

  private HostBytes() {}

  static void write(IHostMemory memory, Path file) throws IOException {
    long size = memory.size();
    try (FileChannel channel =
            FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        BytePointer bytes = sized(memory.data(), size)) {
      for (long at = 0; at < size; at += PART) {
        ByteBuffer part = bytes.position(at).limit(Math.min(size, at + PART)).asByteBuffer();
        while (part.hasRemaining()) {
          channel.write(part);
        }
        bytes.limit(size);
      }
    }
  }

  /** A view of memory that native code gives without its size. */
  static BytePointer sized(Pointer memory, long size) {
    return new BytePointer(memory).capacity(size).limit(size);
  }
}
