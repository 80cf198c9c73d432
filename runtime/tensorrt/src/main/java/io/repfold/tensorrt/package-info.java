/**
 * Compiles ONNX files to TensorRT plans, keeps plans and runs them. {@link
 * io.repfold.tensorrt.TensorRtBackend} is the door for those who run models, {@link
 * io.repfold.tensorrt.PlanBuilder} and {@link io.repfold.tensorrt.PlanCache} for those who compile.
 *
 * <p>Everything that does not need a GPU is done without native code: keys, manifests, the cache
 * and the supervision of the process that compiles.
 */
@NullMarked
package io.repfold.tensorrt;

import org.jspecify.annotations.NullMarked;
