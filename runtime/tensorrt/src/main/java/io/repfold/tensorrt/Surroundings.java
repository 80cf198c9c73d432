package io.repfold.tensorrt;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

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

  private static final String DRIVER_LIBRARY = "libcuda.so.1";

  /** Of Linux's own driver, of the one that Windows shares with its Linux, and the library's. */
  private static final List<String> SIGNS_OF_A_DRIVER =
      List.of(
          "/proc/driver/nvidia/version",
          "/dev/nvidiactl",
          "/dev/dxg",
          "/usr/lib/x86_64-linux-gnu/" + DRIVER_LIBRARY,
          "/usr/lib64/" + DRIVER_LIBRARY,
          "/usr/lib/" + DRIVER_LIBRARY,
          "/usr/local/nvidia/lib64/" + DRIVER_LIBRARY);

  private static final String REMEDY =
      "build with -Pgpu (REPFOLD_PROFILES=gpu for ./repfold), or add org.bytedeco:%1$s, classifiers %2$s and %2$s-redist, to the class path";

  /** Asks this machine. */
  static Surroundings ofThisMachine() {
    String platform = platform(System.getProperty("os.name"), System.getProperty("os.arch"));
    return new Surroundings(
        platform,
        onClassPathOrDisk("/org/bytedeco/tensorrt/" + platform, "libjninvinfer.so"),
        onClassPathOrDisk("/org/bytedeco/cuda/" + platform, "libjnicudart.so"),
        hasDriver(Files::exists) || onDisk(DRIVER_LIBRARY));
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
    // A container sees the kernel's part of the driver also where it was not given the library.
    return driver && !cause.contains(DRIVER_LIBRARY)
        ? "The native libraries of %s cannot be loaded: %s. Build with -Pgpu (REPFOLD_PROFILES=gpu for ./repfold), which brings all but the driver"
            .formatted(part, cause)
        : "There is no NVIDIA driver that can be used here (%s). Install the driver of the GPU; in a container, start it with --gpus all"
            .formatted(cause);
  }

  private static boolean onClassPathOrDisk(String folder, String library) {
    return Surroundings.class.getResource(folder + "/" + library) != null || onDisk(library);
  }

  /**
   * Whether a driver shows itself.
   *
   * @param exists asked for files of this machine
   */
  static boolean hasDriver(Predicate<Path> exists) {
    return SIGNS_OF_A_DRIVER.stream().map(Path::of).anyMatch(exists);
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
