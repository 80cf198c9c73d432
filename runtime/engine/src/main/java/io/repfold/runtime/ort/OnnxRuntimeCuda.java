package io.repfold.runtime.ort;

/**
 * ONNX Runtime with its CUDA kernels: {@code ort-cuda}. A model of which one node would run on the
 * CPU is refused when it is loaded. It needs {@code com.microsoft.onnxruntime:onnxruntime_gpu} in
 * the place of {@code onnxruntime}.
 */
public final class OnnxRuntimeCuda extends OrtBackend {
  /** For {@link java.util.ServiceLoader}. */
  public OnnxRuntimeCuda() {
    super("ort-cuda", "ONNX Runtime CUDA", OrtKernels.CUDA);
  }
}
