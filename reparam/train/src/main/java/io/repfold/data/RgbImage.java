package io.repfold.data;

/**
 * An 8 bit RGB image.
 *
 * @param height in pixels
 * @param width in pixels
 * @param rgb [height, width, 3], each byte read as 0 to 255; not to be written to
 */
public record RgbImage(int height, int width, byte[] rgb) {
  public RgbImage {
    if (height < 1 || width < 1 || rgb.length != 3L * height * width) {
      throw new DataException(
          "An RGB image of %d x %d (height x width) takes %d bytes, found %d",
          height, width, 3L * height * width, rgb.length);
    }
  }

  /** The value of channel 0 (red), 1 (green) or 2 (blue), 0 to 255. */
  public int at(int y, int x, int channel) {
    return rgb[3 * (y * width + x) + channel] & 0xff;
  }
}
