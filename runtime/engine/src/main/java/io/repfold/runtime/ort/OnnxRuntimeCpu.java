package io.repfold.runtime.ort;

/** ONNX Runtime on the CPU: {@code ort-cpu}. */
public final class OnnxRuntimeCpu extends OrtBackend {
  /** For {@link java.util.ServiceLoader}. */
  public OnnxRuntimeCpu() {
    super("ort-cpu", "ONNX Runtime CPU", OrtKernels.CPU);
  }
}
