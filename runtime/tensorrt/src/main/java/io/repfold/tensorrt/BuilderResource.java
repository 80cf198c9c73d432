package io.repfold.tensorrt;

import io.repfold.runtime.JavaCppPreloads;
import io.repfold.runtime.JavaCppUnpacking;
import java.util.List;
import org.bytedeco.tensorrt.global.nvinfer;

/**
 * The library with the compiled kernels that TensorRT's builder chooses from. Up to 10.7 there is
 * one for all GPUs; later there is one for each compute capability, and the builder does not start
 * without that of the GPU at hand. What is on Maven Central has it up to 10.6 only.
 *
 * <p>JavaCPP would load it, 1.4 GB, wherever TensorRT is loaded. Only the process that compiles
 * needs it.
 */
final class BuilderResource {
  private static final String LIBRARY = "libnvinfer_builder_resource";

  /** What JavaCPP's names for it begin with. */
  private static final String NAME = "nvinfer_builder_resource";

  private BuilderResource() {}

  /** Keeps it from being loaded with TensorRT; to be called before. */
  static void leaveOut() {
    JavaCppPreloads.leaveOut(nvinfer.class, NAME);
  }

  /** Loads it. What is wrong with it, TensorRT's builder says when it opens it. */
  static void load() {
    JavaCppPreloads.load(nvinfer.class, NAME);
  }

  /** Says that {@link #load}, in another process too, will unpack it, if it will. */
  static void announce() {
    JavaCppUnpacking.announce(List.of(nvinfer.class), BuilderResource::isOne);
  }

  /** Whether a library, as JavaCPP names it, is this. */
  static boolean isOne(String library) {
    return library.startsWith(NAME);
  }

  /** A message of TensorRT's, with what to do if it is about this library. */
  static String explained(String message) {
    if (!message.contains(LIBRARY)) {
      return message;
    }
    return message.contains("executable stack")
        ? "%s. The library asks for an executable stack, which this C library refuses: set GLIBC_TUNABLES=glibc.rtld.execstack=2 before Java starts"
            .formatted(message)
        : "%s. It holds the kernels of this GPU, and the jars on Maven Central lack it from TensorRT 10.15 on: put the file of NVIDIA's own TensorRT of exactly this version into a folder of LD_LIBRARY_PATH, or build with -Dtensorrt.version=10.6-1.5.11, whose jars have it"
            .formatted(message);
  }
}
