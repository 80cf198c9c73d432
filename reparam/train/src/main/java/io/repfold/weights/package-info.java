/**
 * Trained weights from the files of other frameworks: PyTorch, Paddle, safetensors and ONNX. {@link
 * io.repfold.weights.WeightsFile} is the door.
 *
 * <p>Pickles are read by an interpreter of our own that executes nothing: it knows the calls which
 * describe tensors, keeps objects of other classes as records of their state, and refuses every
 * other call by its name.
 */
@NullMarked
package io.repfold.weights;

import org.jspecify.annotations.NullMarked;
