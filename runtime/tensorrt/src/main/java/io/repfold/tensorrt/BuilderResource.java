package io.repfold.tensorrt;

/**
 * The library with the compiled kernels that TensorRT's builder chooses from. Up to 10.7 there is
 * one for all GPUs; later there is one for each compute capability, and the builder does not start
 * without that of the GPU at hand. What is on Maven Central has it up to 10.6 only.
 */
final class BuilderResource {
  private static final String LIBRARY = "libnvinfer_builder_resource";

  private BuilderResource() {}

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
