package io.repfold.runtime;

/** The backends of this module. */
public final class Backends {
  private Backends() {}

  /** ONNX Runtime on the CPU. */
  public static Backend onnxRuntimeCpu() {
    return OnnxRuntimeCpu.INSTANCE;
  }
}
