package io.repfold.tensorrt;

import io.repfold.runtime.EngineException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.bytedeco.cuda.global.cudart;
import org.jspecify.annotations.Nullable;

/** The one place where the status of a CUDA call becomes an exception. */
final class Cuda {
  private static final String RESTART = "CUDA takes no more calls of this process: start it again";

  private Cuda() {}

  /** After these, no call of this process succeeds any more. */
  private static final Set<Integer> FATAL =
      Set.of(
          cudart.cudaErrorECCUncorrectable,
          cudart.cudaErrorNvlinkUncorrectable,
          cudart.cudaErrorIllegalAddress,
          cudart.cudaErrorLaunchTimeout,
          cudart.cudaErrorAssert,
          cudart.cudaErrorHardwareStackError,
          cudart.cudaErrorIllegalInstruction,
          cudart.cudaErrorMisalignedAddress,
          cudart.cudaErrorInvalidAddressSpace,
          cudart.cudaErrorInvalidPc,
          cudart.cudaErrorLaunchFailure);

  /** The first of them in this process. */
  private static final AtomicReference<@Nullable String> FIRST = new AtomicReference<>();

  /**
   * @param call for the message
   * @throws EngineException unless the status is success
   */
  static void check(int status, String call) {
    if (status != cudart.cudaSuccess) {
      throw failure(status, words(status), call, FIRST);
    }
  }

  /**
   * The same of a call that frees: once the GPU has failed, that cannot succeed, and is not told.
   */
  static void checkFreeing(int status, String call) {
    if (FIRST.get() == null) {
      check(status, call);
    }
  }

  /**
   * @param first the first fatal error of the process, which is remembered there
   */
  static EngineException failure(
      int status, String words, String call, AtomicReference<@Nullable String> first) {
    String message = "%s failed: %s".formatted(call, words);
    if (status == cudart.cudaErrorMemoryAllocation) {
      message += ". The GPU's memory is full: close other engines, or run smaller batches";
    }
    String before = first.get();
    if (before == null && FATAL.contains(status)) {
      first.compareAndSet(null, message);
      message += ". " + RESTART;
    } else if (before != null && !message.equals(before)) {
      message += ", as the GPU failed before (%s). %s".formatted(before, RESTART);
    }
    return new EngineException(message);
  }

  /**
   * @throws EngineException if a call of this process has failed for good
   */
  static void demandWhole() {
    String first = FIRST.get();
    if (first != null) {
      throw new EngineException("The GPU cannot be used: %s. %s".formatted(first, RESTART));
    }
  }

  /** Whether a call of this process has failed for good. */
  static boolean isBroken() {
    return FIRST.get() != null;
  }

  /**
   * @throws EngineException if an earlier call has failed for good, on the GPU or here
   */
  static void checkLast(String call) {
    int status = cudart.cudaGetLastError();
    if (FATAL.contains(status)) {
      check(status, call);
    }
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
