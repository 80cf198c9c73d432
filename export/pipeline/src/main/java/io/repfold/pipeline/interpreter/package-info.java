/** The reference interpreter, in double precision, as a backend: {@code interpreter}. */
@NullMarked
package io.repfold.pipeline.interpreter;

import org.jspecify.annotations.NullMarked;
