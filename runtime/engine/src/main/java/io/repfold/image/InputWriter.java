package io.repfold.image;

import io.repfold.images.ImageSize;
import java.nio.FloatBuffer;
import java.util.Arrays;

/** Writes images into the memory of a network's input; the rest becomes zeros. */
final class InputWriter {
  private final Colors colors;
  private final ImageLayout layout;

  /** The rows of an image. */
  interface Rows {
    int height();

    int width();

    /**
     * Reads a row.
     *
     * @param into red, green, blue of each column, from 0 to 255
     */
    void read(int y, float[] into);
  }

  InputWriter(Colors colors, ImageLayout layout) {
    this.colors = colors;
    this.layout = layout;
  }

  /**
   * Writes one image.
   *
   * @param into [N, C, height, width] or [N, height, width, C]
   * @param index of the image, below N
   * @param size of the input, at least that of the image
   */
  void write(Rows rows, FloatBuffer into, int index, ImageSize size) {
    int channels = colors.order().channels();
    float[] rgb = new float[3 * rows.width()];
    float[] line = new float[size.width()];
    float[] together = new float[layout == ImageLayout.NHWC ? channels * size.width() : 0];
    for (int y = 0; y < size.height(); y++) {
      boolean inside = y < rows.height();
      if (inside) {
        rows.read(y, rgb);
      } else {
        Arrays.fill(line, 0);
        Arrays.fill(together, 0);
      }
      for (int c = 0; c < channels; c++) {
        if (inside) {
          colors.order().channel(c, rgb, rows.width(), line);
          colors.normalize(c, line, rows.width());
        }
        if (layout == ImageLayout.NCHW) {
          into.put(((index * channels + c) * size.height() + y) * size.width(), line);
        } else {
          spread(line, together, c, channels);
        }
      }
      if (layout == ImageLayout.NHWC) {
        into.put((index * size.height() + y) * size.width() * channels, together);
      }
    }
  }

  private static void spread(float[] line, float[] together, int channel, int channels) {
    for (int x = 0; x < line.length; x++) {
      together[x * channels + channel] = line[x];
    }
  }
}
