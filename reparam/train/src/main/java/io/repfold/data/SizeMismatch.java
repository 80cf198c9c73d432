package io.repfold.data;

import io.repfold.images.ImageHeader;
import io.repfold.images.ImageSize;
import java.nio.file.Path;

/**
 * Labels of another size than their image.
 *
 * @param size of the labels, upright
 */
record SizeMismatch(Path image, Path labels, ImageSize size) {
  /** What is wrong, and what to do where it is the camera that was turned. */
  String text(ImageHeader header) {
    if (!header.stored().equals(size)) {
      return "'%s' is %s, its labels are %s (width x height); they must be of one size"
          .formatted(image, text(header.size()), text(size));
    }
    return "'%s' is %s once its EXIF orientation %d is applied, its labels '%s' are %s (width x height), as the image is stored; turn the labels as well, or take the orientation out of the image"
        .formatted(image, text(header.size()), header.orientation().exif(), labels, text(size));
  }

  private static String text(ImageSize size) {
    return "%d x %d".formatted(size.width(), size.height());
  }
}
