/** Makes network inputs of image files; {@link io.repfold.image.ImageTensors} is the door. */
@NullMarked
package io.repfold.image;

import org.jspecify.annotations.NullMarked;
