package io.repfold.image;

import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/** Decodes PNG and JPEG files, which may come from strangers. */
final class Decoder {
  private static final long MAX_PIXELS = 1L << 26;
  private static final Set<String> FORMATS = Set.of("png", "jpeg");

  private Decoder() {}

  static Pixels decode(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString());
    }
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      ImageReader reader = reader(file, in);
      try {
        reader.setInput(in, true, true);
        checkSize(file, reader);
        return pixels(file, reader.read(0));
      } finally {
        reader.dispose();
      }
    } catch (ImageFormatException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // The decoders of the JDK meet damaged files with runtime exceptions as well.
      throw new ImageFormatException(
          file.toString(),
          "it cannot be decoded (%s); convert it to an RGB PNG".formatted(e.getMessage()),
          e);
    }
  }

  private static ImageReader reader(Path file, ImageInputStream in) throws IOException {
    Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
    while (readers.hasNext()) {
      ImageReader reader = readers.next();
      if (FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
        return reader;
      }
      reader.dispose();
    }
    throw new ImageFormatException(
        file.toString(), "it is neither PNG nor JPEG; convert it to one of them");
  }

  private static void checkSize(Path file, ImageReader reader) throws IOException {
    long width = reader.getWidth(0);
    long height = reader.getHeight(0);
    if (width * height > MAX_PIXELS) {
      throw new ImageFormatException(
          file.toString(),
          "it has %d x %d pixels, and at most %d are decoded; make it smaller"
              .formatted(width, height, MAX_PIXELS));
    }
  }

  private static Pixels pixels(Path file, BufferedImage image) throws ImageFormatException {
    if (image.getColorModel().hasAlpha()) {
      throw new ImageFormatException(
          file.toString(),
          "it has transparency, and what lies behind it would change the result; save it without an alpha channel");
    }
    float[] rgb = new float[3 * image.getWidth() * image.getHeight()];
    if (image.getColorModel() instanceof ComponentColorModel) {
      readSamples(image, rgb);
    } else {
      readColours(image, rgb);
    }
    return new Pixels(image.getWidth(), image.getHeight(), rgb);
  }

  /** The stored numbers: BufferedImage.getRGB would convert grey values to another gamma. */
  private static void readSamples(BufferedImage image, float[] rgb) {
    Raster raster = image.getRaster();
    int bands = raster.getNumBands();
    float[] row = new float[image.getWidth() * bands];
    int at = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, image.getWidth(), 1, row);
      for (int x = 0; x < image.getWidth(); x++) {
        for (int c = 0; c < 3; c++) {
          int band = bands == 1 ? 0 : c;
          float white = (1 << image.getColorModel().getComponentSize(band)) - 1;
          rgb[at++] = row[x * bands + band] * 255f / white;
        }
      }
    }
  }

  private static void readColours(BufferedImage image, float[] rgb) {
    int at = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int colour = image.getRGB(x, y);
        rgb[at++] = colour >> 16 & 0xff;
        rgb[at++] = colour >> 8 & 0xff;
        rgb[at++] = colour & 0xff;
      }
    }
  }
}
