/** What models are run on: shapes that are found, random numbers, images, NumPy files. */
@NullMarked
package io.repfold.pipeline.inputs;

import org.jspecify.annotations.NullMarked;
