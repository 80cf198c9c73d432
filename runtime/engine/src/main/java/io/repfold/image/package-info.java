/**
 * Makes network inputs of image files, and masks of what networks give: {@link
 * io.repfold.image.ImageTensors} and {@link io.repfold.image.ImageSegmenter} are the doors.
 */
@NullMarked
package io.repfold.image;

import org.jspecify.annotations.NullMarked;
