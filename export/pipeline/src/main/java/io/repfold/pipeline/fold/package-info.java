/** Folds an ONNX file into another, which appears only once it is verified, with a certificate. */
@NullMarked
package io.repfold.pipeline.fold;

import org.jspecify.annotations.NullMarked;
