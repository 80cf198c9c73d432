/** The comparison of two models: outputs, and where these prove little, tensors inside. */
@NullMarked
package io.repfold.pipeline.compare;

import org.jspecify.annotations.NullMarked;
