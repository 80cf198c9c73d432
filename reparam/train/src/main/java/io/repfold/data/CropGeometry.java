package io.repfold.data;

import io.repfold.images.Images;
import io.repfold.images.RgbImage;
import io.repfold.images.RgbValues;
import org.jspecify.annotations.Nullable;

/**
 * Where the pixels of a result lie in a source. Coordinates run along the edges of pixels: the
 * center of pixel k is at k + 0.5, in the image as in the labels.
 *
 * <p>The result is cut out of a canvas, which is the source scaled to the size of the canvas and
 * rotated about its center. Outside the canvas, and where no source is, lies padding.
 *
 * @param height of the result
 * @param width of the result
 * @param canvasHeight of the scaled source
 * @param canvasWidth of the scaled source
 * @param degrees by which the source is turned, counter-clockwise as seen
 * @param top row of the canvas that is the first of the result; never negative
 * @param left column of the canvas that is the first of the result; never negative
 * @param mirrored whether the columns of the result are reversed
 */
record CropGeometry(
    int height,
    int width,
    int canvasHeight,
    int canvasWidth,
    int degrees,
    int top,
    int left,
    boolean mirrored) {
  private static final long MOST_PIXELS = Images.MOST_PIXELS;

  CropGeometry {
    if ((long) height * width > MOST_PIXELS) {
      throw new DataException(
          "An example would be scaled to %d x %d pixels (width x height), and at most %d are made;"
              + " set crop_size, or make base_size or scale_range smaller",
          width, height, MOST_PIXELS);
    }
  }

  /** The source as it is. */
  static CropGeometry whole(RgbImage image) {
    return scaled(image.height(), image.width());
  }

  /** The source scaled to a size. */
  static CropGeometry scaled(int height, int width) {
    return new CropGeometry(height, width, height, width, 0, 0, 0, false);
  }

  /** Image by bilinear and labels by nearest-neighbor interpolation of the same points. */
  Example apply(Example source, int padLabel) {
    boolean classified = source.classified();
    RgbValues rgb = source.image().rgb().zeros(3 * height * width);
    LabelMap labels =
        classified ? source.labels() : new LabelMap(height, width, new short[height * width]);
    fill(source, rgb, classified ? null : labels.values(), (short) padLabel);
    return new Example(source.id(), new RgbImage(height, width, rgb), labels);
  }

  private void fill(Example source, RgbValues rgb, short @Nullable [] labels, short pad) {
    RgbImage image = source.image();
    double cos = StrictMath.cos(StrictMath.toRadians(degrees));
    double sin = StrictMath.sin(StrictMath.toRadians(degrees));
    double scaleX = (double) image.width() / canvasWidth;
    double scaleY = (double) image.height() / canvasHeight;
    var bilinear = new Bilinear(image);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int column = left + (mirrored ? width - 1 - x : x);
        int row = top + y;
        double dx = column + 0.5 - canvasWidth / 2.0;
        double dy = row + 0.5 - canvasHeight / 2.0;
        double sourceX = (canvasWidth / 2.0 + cos * dx - sin * dy) * scaleX;
        double sourceY = (canvasHeight / 2.0 + sin * dx + cos * dy) * scaleY;
        boolean inside =
            column < canvasWidth
                && row < canvasHeight
                && sourceX >= 0
                && sourceY >= 0
                && sourceX < image.width()
                && sourceY < image.height();
        int at = y * width + x;
        if (inside) {
          bilinear.sample(sourceX, sourceY, rgb, 3 * at);
        }
        if (labels != null) {
          labels[at] =
              inside
                  ? source.labels().values()[((int) sourceY) * image.width() + ((int) sourceX)]
                  : pad;
        }
      }
    }
  }
}
