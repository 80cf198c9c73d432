package io.repfold.tensorrt;

import io.repfold.runtime.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;
import org.bytedeco.tensorrt.nvinfer.IHostMemory;
import org.bytedeco.tensorrt.nvinfer.ITimingCache;
import org.jspecify.annotations.Nullable;

/**
 * Measured times of kernels, in a file that outlives the process. To be closed after the builder,
 * as TensorRT demands.
 */
final class TimingCache implements AutoCloseable {
  private final @Nullable Path file;
  private final Consumer<String> warn;
  private @Nullable NativeObject<ITimingCache> cache;

  TimingCache(PlanOptions options, Consumer<String> warn) {
    this.file = options.timingCache().orElse(null);
    this.warn = warn;
  }

  /** Gives the configuration a cache: that of the file, or an empty one if the file is foreign. */
  void giveTo(IBuilderConfig config) throws IOException {
    if (file != null) {
      WholeFile.requireNoObstacle(file);
    }
    byte[] content = file != null && Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
    if (!accepts(config, content)) {
      warn.accept(
          "the timing cache '%s' was made on another device or by another TensorRT; it is begun anew"
              .formatted(file));
      close();
      accepts(config, new byte[0]);
    }
  }

  private boolean accepts(IBuilderConfig config, byte[] content) {
    long mark = TrtLogger.messages().mark();
    try (BytePointer bytes = new BytePointer(content)) {
      NativeObject<ITimingCache> made =
          NativeObject.of("timing cache", config.createTimingCache(bytes, content.length), mark);
      cache = made;
      return config.setTimingCache(made.get(), false);
    } catch (NativeException e) {
      if (content.length == 0) {
        throw e;
      }
      return false;
    }
  }

  void save() throws IOException {
    if (file == null || cache == null) {
      return;
    }
    long mark = TrtLogger.messages().mark();
    try (NativeObject<IHostMemory> bytes =
        NativeObject.of("timing cache", cache.get().serialize(), mark)) {
      Path part =
          file.resolveSibling(
              ".%s.%d".formatted(file.getFileName(), ProcessHandle.current().pid()));
      HostBytes.write(bytes.get(), part);
      WholeFile.move(part, file);
    }
  }

  @Override
  public void close() {
    if (cache != null) {
      cache.close();
      cache = null;
    }
  }
}
