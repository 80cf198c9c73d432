/** Reads and writes ONNX files: {@link io.repfold.onnx.OnnxModel} and single tensors. */
@org.jspecify.annotations.NullMarked
package io.repfold.onnx;
