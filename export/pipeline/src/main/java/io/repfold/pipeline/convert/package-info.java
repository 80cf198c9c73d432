/**
 * Converts an ONNX file to another precision: folded, narrowed, compared with its original on
 * samples, and only then written.
 */
@NullMarked
package io.repfold.pipeline.convert;

import org.jspecify.annotations.NullMarked;
