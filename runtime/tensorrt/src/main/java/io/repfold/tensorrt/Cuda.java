package io.repfold.tensorrt;

import io.repfold.runtime.EngineException;
import org.bytedeco.cuda.global.cudart;

/** The one place where the status of a CUDA call becomes an exception. */
final class Cuda {
  private Cuda() {}

  /**
   * @param call for the message
   * @throws EngineException unless the status is success
   */
  static void check(int status, String call) {
    if (status == cudart.cudaSuccess) {
      return;
    }
    String remedy =
        status == cudart.cudaErrorMemoryAllocation
            ? ". The GPU's memory is full: close other engines, or run smaller batches"
            : "";
    throw new EngineException("%s failed: %s%s".formatted(call, words(status), remedy));
  }

  /** What a status means, for example {@code CUDA error 2 (out of memory)}. */
  static String words(int status) {
    return "CUDA error %d (%s)".formatted(status, cudart.cudaGetErrorString(status).getString());
  }

  /** Why no GPU can be used; empty if one can. */
  static String obstacle() {
    int[] count = new int[1];
    int status = cudart.cudaGetDeviceCount(count);
    if (status == cudart.cudaErrorInsufficientDriver) {
      return "NVIDIA's driver is too old for CUDA %s, or missing; install a newer one, or set tensorrt.version to one for an older CUDA"
          .formatted(cudaVersion(cudart.CUDART_VERSION));
    }
    if (status != cudart.cudaSuccess) {
      return "There is no GPU that CUDA can use: " + words(status);
    }
    return count[0] == 0 ? "There is no GPU that CUDA can use" : "";
  }

  /** {@code 12060} becomes {@code 12.6}. */
  static String cudaVersion(int number) {
    return "%d.%d".formatted(number / 1000, number / 10 % 100);
  }
}
