/** What is measured on a GPU: {@code tests/gpu/run.sh} starts it. */
@NullMarked
package io.repfold.gpu;

import org.jspecify.annotations.NullMarked;
