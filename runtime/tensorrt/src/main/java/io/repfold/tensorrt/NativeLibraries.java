package io.repfold.tensorrt;

import io.repfold.runtime.Availability;
import io.repfold.runtime.JavaCppMemory;
import io.repfold.runtime.JavaCppUnpacking;
import java.util.List;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.global.nvonnxparser;

/**
 * Loads the native libraries once, without the {@link BuilderResource}, and remembers how that
 * went.
 */
final class NativeLibraries {
  private NativeLibraries() {}

  /** Whether TensorRT can run here, on the first GPU at least. */
  static Availability availability() {
    return Loaded.AVAILABILITY;
  }

  /** {@code 100600} becomes {@code 10.6.0}. */
  static String version(int number) {
    return "%d.%d.%d".formatted(number / 10_000, number / 100 % 100, number % 100);
  }

  /**
   * What is wrong with a library that is not the one that the binding was made for; minor versions
   * may differ.
   *
   * @return empty if nothing is
   */
  static String mismatch(int binding, int library) {
    return binding / 10_000 == library / 10_000
        ? ""
        : "The library is TensorRT %s, and its Java binding was made for %s. Set tensorrt.version to the one, or take the other from the library path"
            .formatted(version(library), version(binding));
  }

  private static final class Loaded {
    static final Availability AVAILABILITY = find();

    private static Availability find() {
      Surroundings here = Surroundings.ofThisMachine();
      String obstacle = here.obstacle().orElse("");
      if (!obstacle.isEmpty()) {
        return new Availability.Missing(obstacle);
      }
      JavaCppMemory.lift();
      BuilderResource.leaveOut();
      String part = "CUDA";
      try {
        announce(List.of(cudart.class));
        Loader.load(cudart.class);
        String devices = Cuda.obstacle();
        if (!devices.isEmpty()) {
          return new Availability.Missing(devices);
        }
        part = "TensorRT";
        announce(List.of(nvinfer.class, nvonnxparser.class));
        Loader.load(nvinfer.class);
        part = "TensorRT's ONNX parser";
        Loader.load(nvonnxparser.class);
      } catch (LinkageError e) {
        return new Availability.Missing(here.explain(part, cause(e)));
      }
      int library = nvinfer.getInferLibVersion();
      String mismatch = mismatch(nvinfer.NV_TENSORRT_VERSION(), library);
      return mismatch.isEmpty()
          ? new Availability.Ready(version(library))
          : new Availability.Missing(mismatch);
    }

    private static void announce(List<Class<?>> bindings) {
      JavaCppUnpacking.announce(bindings, library -> !BuilderResource.isOne(library));
    }

    /** The innermost cause names the library that is missing. */
    private static String cause(LinkageError e) {
      Throwable root = e;
      while (root.getCause() != null && root.getCause() != root) {
        root = root.getCause();
      }
      return String.valueOf(root.getMessage());
    }
  }
}
