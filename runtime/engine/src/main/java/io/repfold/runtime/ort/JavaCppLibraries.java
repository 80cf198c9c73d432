package io.repfold.runtime.ort;

import io.repfold.runtime.JavaCppMemory;
import io.repfold.runtime.JavaCppPreloads;
import io.repfold.runtime.JavaCppUnpacking;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * NVIDIA's libraries out of the jars that JavaCPP packs them in, where those are on the class path:
 * the profile {@code -Pgpu} puts them there. ONNX Runtime's own libraries name those of CUDA and
 * TensorRT as theirs, and the system takes a library of that name that is loaded already before it
 * looks for one on its path.
 */
final class JavaCppLibraries {
  /** The bindings whose libraries ONNX Runtime's CUDA provider names. */
  static final List<String> CUDA =
      List.of(
          "org.bytedeco.cuda.global.cudart",
          "org.bytedeco.cuda.global.nvrtc",
          "org.bytedeco.cuda.global.cublas",
          "org.bytedeco.cuda.global.cufft",
          "org.bytedeco.cuda.global.curand",
          "org.bytedeco.cuda.global.cudnn");

  /** And those of its TensorRT provider. */
  static final List<String> TENSOR_RT =
      List.of("org.bytedeco.tensorrt.global.nvinfer", "org.bytedeco.tensorrt.global.nvonnxparser");

  /**
   * TensorRT's library of kernels, 1.4 GB in version 10.6, which is not needed to ask for a
   * version.
   */
  private static final String KERNELS = "nvinfer_builder_resource";

  private JavaCppLibraries() {}

  /**
   * Loads the libraries of those bindings that are there. What is not, or does not load, is not
   * reported here: ONNX Runtime names what it then misses.
   *
   * @return the bindings that were loaded
   */
  static List<String> load(List<String> bindings) {
    JavaCppMemory.lift();
    JavaCppUnpacking.announce(classes(bindings), library -> !library.startsWith(KERNELS));
    return bindings.stream().filter(JavaCppLibraries::isLoaded).toList();
  }

  /** Loads TensorRT's kernels, without which its provider compiles nothing. */
  static void loadKernels() {
    List<Class<?>> builder = classes(TENSOR_RT.subList(0, 1));
    JavaCppUnpacking.announce(builder, library -> library.startsWith(KERNELS));
    builder.forEach(binding -> JavaCppPreloads.load(binding, KERNELS));
  }

  /** Those that are there, not initialized. */
  private static List<Class<?>> classes(List<String> bindings) {
    List<Class<?>> found = new ArrayList<>();
    for (String binding : bindings) {
      try {
        found.add(Class.forName(binding, false, JavaCppLibraries.class.getClassLoader()));
      } catch (ClassNotFoundException | LinkageError e) {
        // Loading it says the same, by leaving it out.
      }
    }
    return found;
  }

  /** The version of TensorRT, as 100600 for 10.6.0; empty if it is not there in this way. */
  static OptionalInt tensorRtVersion() {
    classes(TENSOR_RT.subList(0, 1)).forEach(it -> JavaCppPreloads.leaveOut(it, KERNELS));
    if (!load(TENSOR_RT).contains(TENSOR_RT.get(0))) {
      return OptionalInt.empty();
    }
    try {
      Object version = Class.forName(TENSOR_RT.get(0)).getMethod("getInferLibVersion").invoke(null);
      return version instanceof Integer number ? OptionalInt.of(number) : OptionalInt.empty();
    } catch (ReflectiveOperationException | LinkageError e) {
      return OptionalInt.empty();
    }
  }

  private static boolean isLoaded(String binding) {
    try {
      Class<?> loader = Class.forName("org.bytedeco.javacpp.Loader");
      loader.getMethod("load", Class.class).invoke(null, Class.forName(binding));
      return true;
    } catch (ReflectiveOperationException | LinkageError e) {
      return false;
    }
  }
}
