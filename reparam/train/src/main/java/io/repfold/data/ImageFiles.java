package io.repfold.data;

import java.awt.Dimension;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/** Reads PNG and JPEG files, which may come from strangers. */
final class ImageFiles {
  /** 100 megapixels; more are refused before memory is taken. */
  static final long MOST_PIXELS = 100_000_000;

  private static final Set<String> FORMATS = Set.of("png", "jpeg");

  static {
    ImageIO.setUseCache(false);
  }

  private ImageFiles() {}

  private interface Use<T> {
    T of(ImageReader reader) throws IOException;
  }

  /** The size that the header of a file states, without decoding it. */
  static Dimension size(Path file) {
    return with(file, reader -> new Dimension(reader.getWidth(0), reader.getHeight(0)));
  }

  /** A PNG or JPEG file, grey or colour, as RGB of 8 bits. */
  static RgbImage readRgb(Path file) {
    return RgbPixels.of(file, with(file, reader -> undamaged(file, reader)));
  }

  private static BufferedImage undamaged(Path file, ImageReader reader) throws IOException {
    Damage damage = new Damage();
    reader.addIIOReadWarningListener(damage);
    BufferedImage image = reader.read(0);
    if (damage.found().isPresent()) {
      throw new DataException(
          "Cannot use '%s': it is damaged, it may be cut off (%s); take an undamaged copy, or take"
              + " it out of the data",
          file, damage.found().get());
    }
    return image;
  }

  /**
   * Decodes a file to its end.
   *
   * @throws DataException if a part of it is missing or not what was encoded
   */
  static void requireIntact(Path file) {
    with(file, reader -> undamaged(file, reader));
  }

  /** A paletted PNG as its indices, or a grey one as its values. */
  static LabelMap readLabels(Path file) {
    BufferedImage image =
        with(
            file,
            reader -> {
              if (!format(reader).equals("png")) {
                throw new DataException(
                    "Cannot use the labels '%s': they are a JPEG, which changes values; save them"
                        + " as PNG",
                    file);
              }
              return reader.read(0);
            });
    if (image.getRaster().getNumBands() != 1) {
      throw new DataException(
          "Cannot use the labels '%s': a label is one number a pixel, found %s; save them as a"
              + " paletted or grey PNG",
          file, image.getRaster().getNumBands() > 2 ? "colours" : "transparency");
    }
    int[] values =
        image.getRaster().getSamples(0, 0, image.getWidth(), image.getHeight(), 0, (int[]) null);
    return LabelMap.of(image.getHeight(), image.getWidth(), values);
  }

  private static <T> T with(Path file, Use<T> use) {
    if (!Files.isRegularFile(file)) {
      throw new DataException("There is no file '%s'", file);
    }
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      if (in == null) {
        throw new IOException("it cannot be opened");
      }
      ImageReader reader = reader(file, in);
      try {
        reader.setInput(in, true, true);
        checkSize(file, reader);
        return use.of(reader);
      } finally {
        reader.dispose();
      }
    } catch (DataException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // The decoders of the JDK meet damaged files with runtime exceptions as well.
      throw new DataException(
          e,
          "Cannot use '%s': it cannot be decoded (%s); it may be damaged, or of a kind that is not read: RGB or grey PNG or JPEG is, for labels paletted or grey PNG"
              .formatted(file, e.getMessage()));
    }
  }

  private static ImageReader reader(Path file, ImageInputStream in) {
    Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
    while (readers.hasNext()) {
      ImageReader reader = readers.next();
      if (FORMATS.contains(format(reader))) {
        return reader;
      }
      reader.dispose();
    }
    throw new DataException(
        "Cannot use '%s': it is neither PNG nor JPEG; save it as one of them", file);
  }

  /** IOException is declared by the reader, which never throws it here. */
  private static String format(ImageReader reader) {
    try {
      return reader.getFormatName().toLowerCase(Locale.ROOT);
    } catch (IOException e) {
      return "";
    }
  }

  private static void checkSize(Path file, ImageReader reader) throws IOException {
    long width = reader.getWidth(0);
    long height = reader.getHeight(0);
    if (width * height > MOST_PIXELS) {
      throw new DataException(
          "Cannot use '%s': it has %d x %d pixels (width x height), and at most %d are decoded;"
              + " make it smaller",
          file, width, height, MOST_PIXELS);
    }
  }
}
