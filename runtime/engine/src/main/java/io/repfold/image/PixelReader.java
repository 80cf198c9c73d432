package io.repfold.image;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;

/** Takes the colours out of a decoded image. */
final class PixelReader {
  private static final int OPAQUE = 0xff;

  private PixelReader() {}

  static Pixels read(String name, BufferedImage image) throws ImageFormatException {
    if (image.getType() == BufferedImage.TYPE_3BYTE_BGR && image.getRaster().getParent() == null) {
      return reversed(image);
    }
    return image.getColorModel() instanceof ComponentColorModel
        ? samples(name, image)
        : colours(name, image);
  }

  /** What the JPEG and PNG decoders give for most files. */
  private static Pixels reversed(BufferedImage image) {
    byte[] bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    byte[] rgb = new byte[bgr.length];
    for (int i = 0; i < rgb.length; i += 3) {
      rgb[i] = bgr[i + 2];
      rgb[i + 1] = bgr[i + 1];
      rgb[i + 2] = bgr[i];
    }
    return new Pixels.Bytes(image.getWidth(), image.getHeight(), rgb);
  }

  /** The stored numbers: BufferedImage.getRGB would convert grey values to another gamma. */
  private static Pixels samples(String name, BufferedImage image) throws ImageFormatException {
    ColorModel model = image.getColorModel();
    int colours = model.getNumColorComponents();
    if (colours != 1 && colours != 3) {
      throw new ImageFormatException(
          name, "it has %d colour channels; convert it to an RGB PNG".formatted(colours));
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
          long value = row[from + (colours == 1 ? 0 : c)];
          if (wide) {
            words[at++] = (short) ((value * 65535 + white / 2) / white);
          } else {
            bytes[at++] = (byte) ((value * 255 + white / 2) / white);
          }
        }
      }
    }
    return wide
        ? new Pixels.Words(width, image.getHeight(), words)
        : new Pixels.Bytes(width, image.getHeight(), bytes);
  }

  private static Pixels colours(String name, BufferedImage image) throws ImageFormatException {
    int width = image.getWidth();
    byte[] rgb = new byte[3 * width * image.getHeight()];
    int[] row = new int[width];
    int at = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRGB(0, y, width, 1, row, 0, width);
      for (int colour : row) {
        if (colour >>> 24 != OPAQUE) {
          throw transparent(name);
        }
        rgb[at++] = (byte) (colour >> 16);
        rgb[at++] = (byte) (colour >> 8);
        rgb[at++] = (byte) colour;
      }
    }
    return new Pixels.Bytes(width, image.getHeight(), rgb);
  }

  private static ImageFormatException transparent(String name) {
    return new ImageFormatException(
        name,
        "it has transparency, and what lies behind it would change the result; save it without an alpha channel");
  }
}
