package io.repfold.images;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/** Takes the colors out of a decoded image. */
final class PixelReader {
  private static final int OPAQUE = 0xff;

  private PixelReader() {}

  /**
   * The colors, upright.
   *
   * @param orientation of the decoded image
   */
  static RgbImage read(String name, BufferedImage image, Orientation orientation)
      throws ImageFormatException {
    ImageSize stored = new ImageSize(image.getHeight(), image.getWidth());
    ImageSize size = orientation.upright(stored);
    RgbValues values = values(name, image);
    RgbValues upright =
        values instanceof RgbValues.Words words
            ? new RgbValues.Words(orientation.upright(words.values(), stored, 3))
            : new RgbValues.Bytes(orientation.upright(((RgbValues.Bytes) values).values(), stored));
    return new RgbImage(size.height(), size.width(), upright);
  }

  private static RgbValues values(String name, BufferedImage image) throws ImageFormatException {
    if (image instanceof RgbTarget target) {
      return new RgbValues.Bytes(target.rgb());
    }
    if (image.getType() == BufferedImage.TYPE_3BYTE_BGR && image.getRaster().getParent() == null) {
      return reversed(image);
    }
    return image.getColorModel() instanceof ComponentColorModel
        ? samples(name, image)
        : colors(name, image);
  }

  /** What the PNG decoder gives for most files. */
  private static RgbValues reversed(BufferedImage image) {
    byte[] bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    byte[] rgb = new byte[bgr.length];
    for (int i = 0; i < rgb.length; i += 3) {
      rgb[i] = bgr[i + 2];
      rgb[i + 1] = bgr[i + 1];
      rgb[i + 2] = bgr[i];
    }
    return new RgbValues.Bytes(rgb);
  }

  /** The stored numbers: BufferedImage.getRGB would convert gray values to another gamma. */
  private static RgbValues samples(String name, BufferedImage image) throws ImageFormatException {
    ColorModel model = image.getColorModel();
    int colors = model.getNumColorComponents();
    if (colors != 1 && colors != 3) {
      throw new ImageFormatException(
          name, "it has %d color channels; convert it to an RGB PNG".formatted(colors));
    }
    Raster raster = image.getRaster();
    int width = image.getWidth();
    int bands = raster.getNumBands();
    long white = (1L << model.getComponentSize(0)) - 1;
    boolean wide = white > 255;
    byte[] bytes = new byte[wide ? 0 : 3 * width * image.getHeight()];
    short[] words = new short[wide ? 3 * width * image.getHeight() : 0];
    int[] row = new int[width * bands];
    int at = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int from = 0; from < row.length; from += bands) {
        if (model.hasAlpha() && row[from + bands - 1] != white) {
          throw transparent(name);
        }
        for (int c = 0; c < 3; c++) {
          long value = row[from + (colors == 1 ? 0 : c)];
          if (wide) {
            words[at++] = (short) ((value * 65535 + white / 2) / white);
          } else {
            bytes[at++] = (byte) ((value * 255 + white / 2) / white);
          }
        }
      }
    }
    return wide ? new RgbValues.Words(words) : new RgbValues.Bytes(bytes);
  }

  private static RgbValues colors(String name, BufferedImage image) throws ImageFormatException {
    int width = image.getWidth();
    byte[] rgb = new byte[3 * width * image.getHeight()];
    int[] row = new int[width];
    int at = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      readRow(image, y, row);
      for (int color : row) {
        if (color >>> 24 != OPAQUE) {
          throw transparent(name);
        }
        rgb[at++] = (byte) (color >> 16);
        rgb[at++] = (byte) (color >> 8);
        rgb[at++] = (byte) color;
      }
    }
    return new RgbValues.Bytes(rgb);
  }

  /** As 0xAARRGGBB. */
  private static void readRow(BufferedImage image, int y, int[] row) {
    if (image.getColorModel() instanceof IndexColorModel palette) {
      Raster raster = image.getRaster();
      raster.getSamples(raster.getMinX(), raster.getMinY() + y, row.length, 1, 0, row);
      for (int x = 0; x < row.length; x++) {
        row[x] = palette.getRGB(row[x]);
      }
    } else {
      image.getRGB(0, y, row.length, 1, row, 0, row.length);
    }
  }

  private static ImageFormatException transparent(String name) {
    return new ImageFormatException(
        name,
        "it has transparency, and what lies behind it would change the result; save it without an alpha channel");
  }
}
