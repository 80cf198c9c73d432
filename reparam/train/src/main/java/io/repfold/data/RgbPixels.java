package io.repfold.data;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.nio.file.Path;

/** Takes 8 bit RGB values out of a decoded image. */
final class RgbPixels {
  private RgbPixels() {}

  static RgbImage of(Path file, BufferedImage image) {
    byte[] rgb = new byte[3 * image.getWidth() * image.getHeight()];
    if (image.getType() == BufferedImage.TYPE_3BYTE_BGR) {
      reverse(((DataBufferByte) image.getRaster().getDataBuffer()).getData(), rgb);
    } else if (image.getColorModel() instanceof ComponentColorModel) {
      samples(file, image, rgb);
    } else {
      colours(file, image, rgb);
    }
    return new RgbImage(image.getHeight(), image.getWidth(), rgb);
  }

  private static void reverse(byte[] bgr, byte[] rgb) {
    for (int i = 0; i < rgb.length; i += 3) {
      rgb[i] = bgr[i + 2];
      rgb[i + 1] = bgr[i + 1];
      rgb[i + 2] = bgr[i];
    }
  }

  /** The stored numbers: BufferedImage.getRGB would convert grey values to another gamma. */
  private static void samples(Path file, BufferedImage image, byte[] rgb) {
    Raster raster = image.getRaster();
    ColorModel model = image.getColorModel();
    int colours = model.getNumColorComponents();
    if (colours != 1 && colours != 3) {
      throw new DataException(
          "Cannot use '%s': it has %d colour channels; save it as RGB", file, colours);
    }
    int bands = raster.getNumBands();
    long white = (1L << model.getComponentSize(0)) - 1;
    int[] row = new int[image.getWidth() * bands];
    int at = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      raster.getPixels(0, y, image.getWidth(), 1, row);
      for (int from = 0; from < row.length; from += bands) {
        for (int c = 0; c < 3; c++) {
          rgb[at++] = (byte) ((row[from + (colours == 1 ? 0 : c)] * 255L + white / 2) / white);
        }
        if (model.hasAlpha() && row[from + bands - 1] != white) {
          throw transparent(file);
        }
      }
    }
  }

  private static void colours(Path file, BufferedImage image, byte[] rgb) {
    int[] row = new int[image.getWidth()];
    int at = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      if (image.getColorModel() instanceof IndexColorModel palette) {
        image.getRaster().getSamples(0, y, row.length, 1, 0, row);
        for (int x = 0; x < row.length; x++) {
          row[x] = palette.getRGB(row[x]);
        }
      } else {
        image.getRGB(0, y, row.length, 1, row, 0, row.length);
      }
      for (int colour : row) {
        if (colour >>> 24 != 0xff) {
          throw transparent(file);
        }
        rgb[at++] = (byte) (colour >> 16);
        rgb[at++] = (byte) (colour >> 8);
        rgb[at++] = (byte) colour;
      }
    }
  }

  private static DataException transparent(Path file) {
    return new DataException(
        "Cannot use '%s': it has transparent pixels, and what lies behind them is unknown; save it"
            + " without an alpha channel",
        file);
  }
}
