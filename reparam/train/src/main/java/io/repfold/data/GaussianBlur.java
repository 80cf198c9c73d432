package io.repfold.data;

import io.repfold.images.RgbImage;
import io.repfold.images.RgbValues;

/** A Gaussian blur with a k x k kernel, k = 3.3 sigma truncated and made odd (upwards). */
final class GaussianBlur {
  private GaussianBlur() {}

  /**
   * Blurs each channel; the image is mirrored at the centers of its outer pixels.
   *
   * @param sigma standard deviation, in pixels
   */
  static RgbImage apply(RgbImage image, double sigma) {
    float[] kernel = kernel(sigma);
    if (kernel.length == 1) {
      return image;
    }
    int height = image.height();
    int width = image.width();
    float[] rows = new float[3 * height * width];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int k = 0; k < kernel.length; k++) {
          int from = y * width + mirror(x + k - kernel.length / 2, width);
          for (int c = 0; c < 3; c++) {
            rows[3 * (y * width + x) + c] += kernel[k] * image.rgb().get(3 * from + c);
          }
        }
      }
    }
    return new RgbImage(height, width, columns(rows, image, kernel));
  }

  private static RgbValues columns(float[] rows, RgbImage image, float[] kernel) {
    int height = image.height();
    int width = image.width();
    RgbValues rgb = image.rgb().zeros(rows.length);
    for (int y = 0; y < height; y++) {
      for (int i = 0; i < 3 * width; i++) {
        float sum = 0.5f;
        for (int k = 0; k < kernel.length; k++) {
          sum += kernel[k] * rows[3 * width * mirror(y + k - kernel.length / 2, height) + i];
        }
        rgb.set(3 * width * y + i, Math.min(rgb.white(), (int) sum));
      }
    }
    return rgb;
  }

  static float[] kernel(double sigma) {
    int size = (int) (3.3 * sigma) / 2 * 2 + 1;
    double[] weights = new double[size];
    double sum = 0;
    for (int i = 0; i < size; i++) {
      double distance = i - size / 2;
      weights[i] = size == 1 ? 1 : StrictMath.exp(-distance * distance / (2 * sigma * sigma));
      sum += weights[i];
    }
    float[] kernel = new float[size];
    for (int i = 0; i < size; i++) {
      kernel[i] = (float) (weights[i] / sum);
    }
    return kernel;
  }

  /** Index -1 is 1, -2 is 2, size is size - 2. */
  private static int mirror(int index, int size) {
    if (size == 1) {
      return 0;
    }
    int period = 2 * (size - 1);
    int phase = Math.floorMod(index, period);
    return Math.min(phase, period - phase);
  }
}
