package io.repfold.images;

/**
 * An upright RGB image of 8 or 16 bits a channel.
 *
 * @param height in pixels
 * @param width in pixels
 * @param rgb [height, width, 3]; not to be written to
 */
public record RgbImage(int height, int width, RgbValues rgb) {
  /**
   * Checks the size.
   *
   * @throws IllegalArgumentException if it does not fit to the values
   */
  public RgbImage {
    if (height < 1 || width < 1 || rgb.length() != 3L * height * width) {
      throw new IllegalArgumentException(
          "An RGB image of %d x %d (height x width) takes %d values, found %d"
              .formatted(height, width, 3L * height * width, rgb.length()));
    }
  }

  /** An image of 8 bits; each byte is read as 0 to 255. */
  public RgbImage(int height, int width, byte[] rgb) {
    this(height, width, new RgbValues.Bytes(rgb));
  }

  public ImageSize size() {
    return new ImageSize(height, width);
  }

  /** The value of channel 0 (red), 1 (green) or 2 (blue), 0 to white of {@link #rgb}. */
  public int at(int y, int x, int channel) {
    return rgb.get(3 * (y * width + x) + channel);
  }

  /** A pixel as 0xRRGGBB, rounded to 8 bits. */
  public int color(int y, int x) {
    int color = 0;
    for (int c = 0; c < 3; c++) {
      color = color << 8 | (at(y, x, c) * 255 + rgb.white() / 2) / rgb.white();
    }
    return color;
  }

  /**
   * Reads a part of a row.
   *
   * @param x the first column
   * @param count columns
   * @param into red, green, blue of the first, of the second ..., where white is 255; images of 16
   *     bits keep their fractions
   */
  public void row(int y, int x, int count, float[] into) {
    rgb.read(3 * (y * width + x), 3 * count, into);
  }
}
