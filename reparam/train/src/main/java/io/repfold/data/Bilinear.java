package io.repfold.data;

import io.repfold.images.RgbImage;
import io.repfold.images.RgbValues;

/** Bilinear interpolation between pixel centers; beyond the outer centers the edge goes on. */
final class Bilinear {
  private final RgbValues rgb;
  private final int height;
  private final int width;

  Bilinear(RgbImage image) {
    this.rgb = image.rgb();
    this.height = image.height();
    this.width = image.width();
  }

  /**
   * Writes the three channels of a point to {@code to}, rounded.
   *
   * @param x 0 to width; the center of the first pixel is at 0.5
   * @param y 0 to height
   */
  void sample(double x, double y, RgbValues to, int at) {
    double fromX = x - 0.5;
    double fromY = y - 0.5;
    int floorX = (int) Math.floor(fromX);
    int floorY = (int) Math.floor(fromY);
    double right = fromX - floorX;
    double below = fromY - floorY;
    int x0 = Math.max(floorX, 0);
    int x1 = Math.min(floorX + 1, width - 1);
    int y0 = Math.max(floorY, 0) * width;
    int y1 = Math.min(floorY + 1, height - 1) * width;
    for (int c = 0; c < 3; c++) {
      int a = rgb.get(3 * (y0 + x0) + c);
      int b = rgb.get(3 * (y0 + x1) + c);
      int d = rgb.get(3 * (y1 + x0) + c);
      int e = rgb.get(3 * (y1 + x1) + c);
      double upper = a + right * (b - a);
      double lower = d + right * (e - d);
      to.set(at + c, (int) (upper + below * (lower - upper) + 0.5));
    }
  }
}
