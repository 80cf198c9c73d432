package io.repfold.tensorrt;

import io.repfold.runtime.EngineException;
import org.bytedeco.cuda.cudart.cudaDeviceProp;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.nvml;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.tensorrt.global.nvinfer;

/** Describes and chooses GPUs. */
final class Gpu {
  private static final int LONGEST_VERSION = 80;

  private Gpu() {}

  /**
   * Makes a GPU the one that this thread's calls go to.
   *
   * @throws EngineException if there is no such GPU, with how many there are; or if a call of this
   *     process has failed for good
   */
  static void use(int device) {
    Cuda.demandWhole();
    int status = cudart.cudaSetDevice(device);
    if (status != cudart.cudaSuccess) {
      int[] count = new int[1];
      Cuda.check(cudart.cudaGetDeviceCount(count), "Counting the GPUs");
      throw new EngineException(
          "There is no GPU %d that can be used: %s. This machine has %d, counted from 0"
              .formatted(device, Cuda.words(status), count[0]));
    }
  }

  static DeviceDescription describe(int device) {
    use(device);
    try (cudaDeviceProp properties = new cudaDeviceProp()) {
      Cuda.check(cudart.cudaGetDeviceProperties(properties, device), "Asking for the GPU's name");
      int[] cuda = new int[1];
      Cuda.check(cudart.cudaRuntimeGetVersion(cuda), "Asking for CUDA's version");
      return new DeviceDescription(
          properties.name().getString(),
          properties.major() + "." + properties.minor(),
          driver(),
          Cuda.cudaVersion(cuda[0]),
          NativeLibraries.version(nvinfer.getInferLibVersion()));
    }
  }

  /** The driver's own version; where only CUDA knows it, the newest CUDA that it supports. */
  private static String driver() {
    try (BytePointer text = new BytePointer(LONGEST_VERSION)) {
      if (nvml.nvmlInit_v2() == nvml.NVML_SUCCESS) {
        int status = nvml.nvmlSystemGetDriverVersion(text, LONGEST_VERSION);
        nvml.nvmlShutdown();
        if (status == nvml.NVML_SUCCESS) {
          return text.getString();
        }
      }
    } catch (LinkageError e) {
      return driverByCuda();
    }
    return driverByCuda();
  }

  private static String driverByCuda() {
    int[] version = new int[1];
    Cuda.check(cudart.cudaDriverGetVersion(version), "Asking for the driver's version");
    return "for CUDA " + Cuda.cudaVersion(version[0]);
  }
}
