package io.repfold.tensorrt;

import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/** Owns memory of a GPU, which grows when more is asked for. */
final class DeviceMemory implements AutoCloseable {
  private @Nullable Pointer memory;
  private long bytes;

  /** At least so many bytes; what was there before may be lost. */
  Pointer atLeast(long wanted) {
    // TensorRT takes no null address, also for a tensor without elements.
    long needed = Math.max(wanted, 1);
    if (memory == null || bytes < needed) {
      close();
      Pointer fresh = new Pointer();
      Cuda.check(
          cudart.cudaMalloc(fresh, needed), "Reserving %d bytes of the GPU".formatted(needed));
      memory = fresh;
      bytes = needed;
    }
    return memory;
  }

  @Override
  public void close() {
    if (memory != null) {
      Pointer freed = memory;
      memory = null;
      Cuda.checkFreeing(cudart.cudaFree(freed), "Freeing memory of the GPU");
    }
  }
}
