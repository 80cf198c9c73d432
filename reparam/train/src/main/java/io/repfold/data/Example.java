package io.repfold.data;

import io.repfold.images.RgbImage;

/**
 * An image and what is to be learnt of it.
 *
 * @param id names the image within its data set
 * @param image [H, W, 3]
 * @param labels [H, W], or 1 x 1: the class of the whole image
 */
public record Example(String id, RgbImage image, LabelMap labels) {
  public Example {
    boolean same = labels.height() == image.height() && labels.width() == image.width();
    if (!same && labels.values().length != 1) {
      throw new DataException(
          "'%s': the image is %d x %d and its labels are %d x %d (width x height);"
              + " they must be of one size",
          id, image.width(), image.height(), labels.width(), labels.height());
    }
  }

  /** Whether there is one label for the whole image. */
  boolean classified() {
    return labels.values().length == 1;
  }
}
