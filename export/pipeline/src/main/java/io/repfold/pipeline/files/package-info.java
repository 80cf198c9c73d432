/** Files that appear as a whole or not at all, and folders that do not stay. */
@NullMarked
package io.repfold.pipeline.files;

import org.jspecify.annotations.NullMarked;
