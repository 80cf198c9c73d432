package io.repfold.runtime.ort;

/**
 * ONNX Runtime with TensorRT: {@code ort-tensorrt}. Nodes that TensorRT does not take run in ONNX
 * Runtime's CUDA kernels on the same GPU, without a word; a model of which one node would run on
 * the CPU is refused when it is loaded.
 *
 * <p>ONNX Runtime cannot tell TensorRT to leave TF32 alone, and TensorRT uses it by default. So
 * with {@link io.repfold.runtime.EngineOptions#tf32} off, a model is only loaded if {@code
 * NVIDIA_TF32_OVERRIDE=0} was in the environment when Java started.
 */
public final class OnnxRuntimeTensorRt extends OrtBackend {
  /** For {@link java.util.ServiceLoader}. */
  public OnnxRuntimeTensorRt() {
    super("ort-tensorrt", "ONNX Runtime TensorRT", OrtKernels.TENSOR_RT);
  }
}
