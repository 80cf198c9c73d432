/**
 * Runs ONNX files. {@link io.repfold.runtime.Backends} is the door: a {@link
 * io.repfold.runtime.Backend} says whether this machine can run it and loads a model into an {@link
 * io.repfold.runtime.Engine}.
 */
@NullMarked
package io.repfold.runtime;

import org.jspecify.annotations.NullMarked;
