package io.repfold.tensorrt;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What can be known of this machine before native code is loaded, which takes seconds and gigabytes
 * of disk where it is packed into jars.
 *
 * @param platform operating system and processor, such as {@code linux-x86_64}
 * @param tensorRtBinding whether the native part of TensorRT's binding is there
 * @param cudaBinding whether the native part of CUDA's binding is there
 * @param driver whether NVIDIA's driver is there
 */
record Surroundings(String platform, boolean tensorRtBinding, boolean cudaBinding, boolean driver) {
  static final String SUPPORTED = "linux-x86_64";

  private static final String REMEDY =
      "build with -Pgpu, or add org.bytedeco:%1$s, classifiers %2$s and %2$s-redist, to the class path";

  /** Asks this machine. */
  static Surroundings ofThisMachine() {
    String platform = platform(System.getProperty("os.name"), System.getProperty("os.arch"));
    return new Surroundings(
        platform,
        onClassPathOrDisk("/org/bytedeco/tensorrt/" + platform, "libjninvinfer.so"),
        onClassPathOrDisk("/org/bytedeco/cuda/" + platform, "libjnicudart.so"),
        hasDriver());
  }

  static String platform(String system, String processor) {
    String arch = processor.equals("amd64") ? "x86_64" : processor;
    String name = system.toLowerCase(Locale.ROOT).split(" ", 2)[0];
    return name + "-" + arch;
  }

  /** Why TensorRT cannot run here, and what to do; empty if it is worth trying. */
  Optional<String> obstacle() {
    if (!platform.equals(SUPPORTED)) {
      return Optional.of(
          "TensorRT is supported on %s, and this is %s; use another engine"
              .formatted(SUPPORTED, platform));
    }
    if (!cudaBinding || !tensorRtBinding) {
      String missing = cudaBinding ? "tensorrt" : "cuda";
      String both = cudaBinding || tensorRtBinding ? missing : "tensorrt and org.bytedeco:cuda";
      return Optional.of(
          "The native libraries of %s are not on the class path: %s"
              .formatted(both.replace("org.bytedeco:", ""), REMEDY.formatted(both, SUPPORTED)));
    }
    return Optional.empty();
  }

  /**
   * Why a library that is there cannot be loaded, and what to do.
   *
   * @param part of which product it is
   * @param cause the system's words
   */
  String explain(String part, String cause) {
    return driver
        ? "The native libraries of %s cannot be loaded: %s. Build with -Pgpu, which brings all but the driver"
            .formatted(part, cause)
        : "There is no NVIDIA driver: neither libcuda.so.1 nor /dev/nvidiactl is found (%s). Install the driver of the GPU; in a container, start it with --gpus all"
            .formatted(cause);
  }

  private static boolean onClassPathOrDisk(String folder, String library) {
    return Surroundings.class.getResource(folder + "/" + library) != null || onDisk(library);
  }

  private static boolean hasDriver() {
    String library = "libcuda.so.1";
    return Files.exists(Path.of("/dev/nvidiactl"))
        || Files.exists(Path.of("/dev/dxg"))
        || onDisk(library)
        || Stream.of(
                "/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/nvidia/lib64")
            .anyMatch(folder -> Files.exists(Path.of(folder, library)));
  }

  /** Whether a folder that libraries are loaded from holds this one. */
  private static boolean onDisk(String library) {
    String folders =
        System.getProperty("java.library.path", "")
            + File.pathSeparator
            + System.getenv().getOrDefault("LD_LIBRARY_PATH", "");
    return Arrays.stream(folders.split(File.pathSeparator))
        .filter(folder -> !folder.isEmpty())
        .anyMatch(folder -> Files.exists(Path.of(folder, library)));
  }
}
