/**
 * Reads PNG and JPEG files: {@link io.repfold.images.Images} is the door. Training and running of
 * models read the same numbers here.
 */
@NullMarked
package io.repfold.images;

import org.jspecify.annotations.NullMarked;
