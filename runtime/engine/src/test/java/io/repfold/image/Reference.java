package io.repfold.image;

import java.awt.image.BufferedImage;

/** Segmentation by plain loops in double precision, as slow and simple as can be. */
final class Reference {
  private Reference() {}

  /** Red, green, blue of each pixel, from 0 to 255: [3][height][width]. */
  static double[][][] colors(BufferedImage image) {
    double[][][] planes = new double[3][image.getHeight()][image.getWidth()];
    int bands = image.getRaster().getNumBands();
    double white = image.getType() == BufferedImage.TYPE_USHORT_GRAY ? 65535 : 255;
    for (int c = 0; c < 3; c++) {
      for (int y = 0; y < image.getHeight(); y++) {
        for (int x = 0; x < image.getWidth(); x++) {
          int band = bands < 3 ? 0 : c;
          planes[c][y][x] = image.getRaster().getSample(x, y, band) * 255 / white;
        }
      }
    }
    return planes;
  }

  /** (value / 255 - mean) / deviation with the figures of ImageNet. */
  static double[][][] normalized(double[][][] planes) {
    double[] mean = {0.485, 0.456, 0.406};
    double[] deviation = {0.229, 0.224, 0.225};
    double[][][] result = new double[3][planes[0].length][planes[0][0].length];
    for (int c = 0; c < 3; c++) {
      for (int y = 0; y < result[c].length; y++) {
        for (int x = 0; x < result[c][y].length; x++) {
          result[c][y][x] = (planes[c][y][x] / 255 - mean[c]) / deviation[c];
        }
      }
    }
    return result;
  }

  /** Bilinear, between pixel centers, the border repeated. */
  static double[][][] resized(double[][][] planes, int height, int width) {
    double[][][] result = new double[planes.length][height][width];
    int fromHeight = planes[0].length;
    int fromWidth = planes[0][0].length;
    for (int c = 0; c < planes.length; c++) {
      for (int y = 0; y < height; y++) {
        double row = clamp((y + 0.5) * fromHeight / height - 0.5, fromHeight - 1);
        int top = (int) Math.floor(row);
        int bottom = Math.min(top + 1, fromHeight - 1);
        for (int x = 0; x < width; x++) {
          double column = clamp((x + 0.5) * fromWidth / width - 0.5, fromWidth - 1);
          int left = (int) Math.floor(column);
          int right = Math.min(left + 1, fromWidth - 1);
          double down = row - top;
          double across = column - left;
          result[c][y][x] =
              planes[c][top][left] * (1 - down) * (1 - across)
                  + planes[c][top][right] * (1 - down) * across
                  + planes[c][bottom][left] * down * (1 - across)
                  + planes[c][bottom][right] * down * across;
        }
      }
    }
    return result;
  }

  /** A convolution with pads of zeros, weights [classes, 3, kernel, kernel]. */
  static double[][][] conv(
      double[][][] x, float[] weights, float[] bias, int kernel, int dilation) {
    int pad = (kernel - 1) / 2 * dilation;
    double[][][] result = new double[bias.length][x[0].length][x[0][0].length];
    for (int o = 0; o < bias.length; o++) {
      for (int y = 0; y < x[0].length; y++) {
        for (int column = 0; column < x[0][0].length; column++) {
          double sum = bias[o];
          for (int c = 0; c < 3; c++) {
            for (int i = 0; i < kernel; i++) {
              for (int j = 0; j < kernel; j++) {
                int row = y + i * dilation - pad;
                int at = column + j * dilation - pad;
                if (row >= 0 && row < x[c].length && at >= 0 && at < x[c][row].length) {
                  sum += weights[((o * 3 + c) * kernel + i) * kernel + j] * x[c][row][at];
                }
              }
            }
          }
          result[o][y][column] = sum;
        }
      }
    }
    return result;
  }

  /** How many pixels of a mask are not the best class, by more than float32 can explain. */
  static long wrong(Mask mask, double[][][] scores) {
    return wrong(mask, scores, 1e-4);
  }

  /** How many pixels of a mask score less than the best class by more than a margin. */
  static long wrong(Mask mask, double[][][] scores, double margin) {
    long wrong = 0;
    for (int y = 0; y < mask.height(); y++) {
      for (int x = 0; x < mask.width(); x++) {
        double best = Double.NEGATIVE_INFINITY;
        for (double[][] plane : scores) {
          best = Math.max(best, plane[y][x]);
        }
        wrong += scores[mask.at(y, x)][y][x] < best - margin ? 1 : 0;
      }
    }
    return wrong;
  }

  private static double clamp(double value, double most) {
    return Math.min(Math.max(value, 0), most);
  }
}
