package io.repfold.precision.int8;

/** Which runtime's integer kernels a quantized graph is laid out for. */
public enum QuantizationTarget {
  /**
   * ONNX Runtime on a CPU: activations in UINT8 with a zero point, so that no integer is lost on
   * what a Relu never makes; each layer's result quantized; biases in INT32.
   */
  CPU,
  /**
   * TensorRT: activations in INT8 around 0; a layer's result is quantized where the next one reads
   * it, after its activation and after the Add of a residual branch; biases in float32.
   */
  TENSORRT
}
