/**
 * What a model gave for some inputs, kept in a folder, so that others can be judged by it without
 * the model. Folders may come from strangers: every file is held against its hash, and sizes are
 * checked before memory is taken.
 */
@NullMarked
package io.repfold.pipeline.golden;

import org.jspecify.annotations.NullMarked;
