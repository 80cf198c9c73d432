package io.repfold.data;

import io.repfold.images.RgbImage;
import java.util.OptionalInt;

/** The square in the middle of an image whose short side has been scaled to its size. */
final class CenterCrop {
  private CenterCrop() {}

  /** Without a size, the whole image. */
  static CropGeometry of(RgbImage image, OptionalInt size) {
    if (size.isEmpty()) {
      return CropGeometry.whole(image);
    }
    int side = size.getAsInt();
    int shorter = Math.min(image.height(), image.width());
    int height = Math.toIntExact((long) side * image.height() / shorter);
    int width = Math.toIntExact((long) side * image.width() / shorter);
    return new CropGeometry(
        side, side, height, width, 0, (height - side) / 2, (width - side) / 2, false);
  }
}
