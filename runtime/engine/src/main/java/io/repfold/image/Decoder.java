package io.repfold.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes PNG and JPEG images, which may come from strangers. Damaged ones are refused: the decoder
 * of the JDK fills what is missing of a JPEG with grey and warns.
 */
final class Decoder {
  static final long MOST_PIXELS = 1L << 26;

  private static final Set<String> FORMATS = Set.of("png", "jpeg");

  private Decoder() {}

  private interface Opener {
    ImageInputStream open() throws IOException;
  }

  private interface Use<T> {
    T of(ImageReader reader) throws IOException;
  }

  static Pixels decode(Path file) throws IOException {
    return with(file, Decoder::pixels);
  }

  static Pixels decode(String name, byte[] content) throws IOException {
    return with(name, content, Decoder::pixels);
  }

  /** The size that the header states, without decoding the image. */
  static ImageSize size(Path file) throws IOException {
    return with(file, (name, reader) -> size(reader));
  }

  static ImageSize size(String name, byte[] content) throws IOException {
    return with(name, content, (n, reader) -> size(reader));
  }

  private interface Task<T> {
    T of(String name, ImageReader reader) throws IOException;
  }

  private static <T> T with(Path file, Task<T> task) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString());
    }
    String name = file.toString();
    return with(
        name, () -> new FileImageInputStream(file.toFile()), reader -> task.of(name, reader));
  }

  private static <T> T with(String name, byte[] content, Task<T> task) throws IOException {
    return with(
        name,
        () -> new MemoryCacheImageInputStream(new ByteArrayInputStream(content)),
        reader -> task.of(name, reader));
  }

  private static <T> T with(String name, Opener opener, Use<T> use) throws IOException {
    try (ImageInputStream in = opener.open()) {
      ImageReader reader = reader(name, in);
      try {
        reader.setInput(in, true, true);
        checkSize(name, reader);
        return use.of(reader);
      } finally {
        reader.dispose();
      }
    } catch (ImageFormatException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // The decoders of the JDK meet damaged files with runtime exceptions as well.
      throw new ImageFormatException(
          name,
          "it cannot be decoded (%s); it may be damaged, else convert it to an RGB PNG"
              .formatted(e.getMessage()),
          e);
    }
  }

  private static Pixels pixels(String name, ImageReader reader) throws IOException {
    Damage damage = new Damage();
    reader.addIIOReadWarningListener(damage);
    BufferedImage image = reader.read(0);
    if (damage.found().isPresent()) {
      throw new ImageFormatException(
          name,
          "it is damaged, it may be cut off (%s); take an undamaged copy"
              .formatted(damage.found().get()));
    }
    return PixelReader.read(name, image);
  }

  private static ImageReader reader(String name, ImageInputStream in) throws IOException {
    Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
    while (readers.hasNext()) {
      ImageReader reader = readers.next();
      if (FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
        return reader;
      }
      reader.dispose();
    }
    throw new ImageFormatException(name, "it is neither PNG nor JPEG; convert it to one of them");
  }

  private static ImageSize size(ImageReader reader) throws IOException {
    return new ImageSize(reader.getHeight(0), reader.getWidth(0));
  }

  private static void checkSize(String name, ImageReader reader) throws IOException {
    long width = reader.getWidth(0);
    long height = reader.getHeight(0);
    if (width * height > MOST_PIXELS) {
      throw new ImageFormatException(
          name,
          "it has %d x %d pixels, and at most %d are decoded; make it smaller"
              .formatted(width, height, MOST_PIXELS));
    }
  }
}
