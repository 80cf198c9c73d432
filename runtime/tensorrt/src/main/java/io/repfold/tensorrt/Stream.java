package io.repfold.tensorrt;

import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * Owns a queue of work for a GPU. It is none that waits for CUDA's default stream: TensorRT is
 * slower on that.
 */
final class Stream implements AutoCloseable {
  private @Nullable CUstream_st stream;

  Stream() {
    CUstream_st made = new CUstream_st();
    Cuda.check(
        cudart.cudaStreamCreateWithFlags(made, cudart.cudaStreamNonBlocking),
        "Making a CUDA stream");
    stream = made;
  }

  CUstream_st get() {
    if (stream == null) {
      throw new IllegalStateException("The CUDA stream is closed");
    }
    return stream;
  }

  void toDevice(Pointer device, Pointer host, long bytes) {
    copy(device, host, bytes, cudart.cudaMemcpyHostToDevice);
  }

  void toHost(Pointer host, Pointer device, long bytes) {
    copy(host, device, bytes, cudart.cudaMemcpyDeviceToHost);
  }

  private void copy(Pointer to, Pointer from, long bytes, int kind) {
    if (bytes > 0) {
      Cuda.check(cudart.cudaMemcpyAsync(to, from, bytes, kind, get()), "Copying a tensor");
    }
  }

  /** Waits for all that was queued. */
  void await() {
    Cuda.check(cudart.cudaStreamSynchronize(get()), "Running the plan");
  }

  /**
   * Waits as {@link #await} does, before what is queued loses its memory; how the work ends does
   * not matter any more.
   */
  void settle() {
    if (stream != null && cudart.cudaStreamSynchronize(stream) != cudart.cudaSuccess) {
      cudart.cudaGetLastError();
    }
  }

  @Override
  public void close() {
    if (stream != null) {
      CUstream_st freed = stream;
      stream = null;
      Cuda.checkFreeing(cudart.cudaStreamDestroy(freed), "Freeing a CUDA stream");
    }
  }
}
