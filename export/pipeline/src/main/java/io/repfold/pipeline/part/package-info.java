/** Parts of models: as files of their own, and the smallest one in which two models differ. */
@NullMarked
package io.repfold.pipeline.part;

import org.jspecify.annotations.NullMarked;
