package io.repfold.tensorrt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A GPU and the software that drives it: what a plan depends on beside the model.
 *
 * @param gpu its name, for example {@code NVIDIA H100 80GB HBM3}
 * @param computeCapability for example {@code 9.0}
 * @param driver version of NVIDIA's driver
 * @param cuda version of the CUDA runtime, for example {@code 12.6}
 * @param tensorRt version of TensorRT, for example {@code 10.6.0}
 */
public record DeviceDescription(
    String gpu, String computeCapability, String driver, String cuda, String tensorRt) {
  private static final int AMPERE = 8;

  /**
   * Why a plan that was compiled for another device cannot run on this one; empty if it can. A
   * driver or CUDA of another version is no reason.
   *
   * @param gpus whether the plan was compiled for all GPUs from Ampere on
   * @param versions whether it was compiled for later versions of its TensorRT too
   */
  List<String> refusals(DeviceDescription other, boolean gpus, boolean versions) {
    List<String> refusals = new ArrayList<>();
    boolean sameGpu = gpu.equals(other.gpu) && computeCapability.equals(other.computeCapability);
    if (!sameGpu && !(gpus && isAmpereOrLater())) {
      refusals.add(
          "it was compiled for '%s' (compute capability %s), and this is '%s' (%s)"
              .formatted(other.gpu, other.computeCapability, gpu, computeCapability));
    }
    if (!tensorRt.equals(other.tensorRt) && !(versions && isLaterThan(other))) {
      refusals.add(
          "it was compiled by TensorRT %s, and this is %s".formatted(other.tensorRt, tensorRt));
    }
    return refusals;
  }

  /** Whether its TensorRT has the same major version, and is no older. */
  private boolean isLaterThan(DeviceDescription other) {
    int[] own = numbers(tensorRt);
    int[] theirs = numbers(other.tensorRt);
    return own.length > 0
        && theirs.length > 0
        && own[0] == theirs[0]
        && Arrays.compare(own, theirs) >= 0;
  }

  /** Of a version such as 10.6.0; none if it is something else. */
  private static int[] numbers(String version) {
    return version.matches("\\d{1,4}(\\.\\d{1,4})*")
        ? Arrays.stream(version.split("\\.")).mapToInt(Integer::parseInt).toArray()
        : new int[0];
  }

  private boolean isAmpereOrLater() {
    int point = computeCapability.indexOf('.');
    String major = point < 0 ? computeCapability : computeCapability.substring(0, point);
    return !major.isEmpty()
        && major.chars().allMatch(Character::isDigit)
        && Integer.parseInt(major) >= AMPERE;
  }

  /** In one line. */
  @Override
  public String toString() {
    return "%s (compute capability %s), driver %s, CUDA %s, TensorRT %s"
        .formatted(gpu, computeCapability, driver, cuda, tensorRt);
  }
}
