/**
 * ONNX Runtime as backends: on the CPU, with CUDA's kernels, and with TensorRT as its provider.
 * {@link io.repfold.runtime.Backends} is the door to them.
 */
@NullMarked
package io.repfold.runtime.ort;

import org.jspecify.annotations.NullMarked;
