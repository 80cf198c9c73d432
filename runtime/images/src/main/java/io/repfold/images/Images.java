package io.repfold.images;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads PNG and JPEG files, which may come from strangers, turned upright as their EXIF data say.
 * Damaged ones are refused: the decoder of the JDK fills what is missing of a JPEG with gray and
 * warns. A header that states too many pixels is refused before the decoder is asked for any.
 */
public final class Images {
  /** 2^26: images of more pixels are refused before memory is taken for them. */
  public static final long MOST_PIXELS = 1L << 26;

  private static final String PNG = "png";
  private static final Set<String> FORMATS = Set.of(PNG, "jpeg");

  private Images() {}

  private interface Opener {
    ImageInputStream open() throws IOException;
  }

  private interface Use<T> {
    T of(OpenFile file) throws IOException;
  }

  /** An image of a file, with what stands before its pixels. */
  private record OpenFile(String name, ImageReader reader, String format, ImageHeader header) {
    /** The pixels, as they are stored. */
    BufferedImage decode() throws IOException {
      Damage damage = new Damage();
      reader.addIIOReadWarningListener(damage);
      ImageReadParam param = reader.getDefaultReadParam();
      if (isColorJpeg()) {
        param.setDestination(RgbTarget.of(header.stored()));
      }
      BufferedImage image = reader.read(0, param);
      if (damage.found().isPresent()) {
        throw new ImageFormatException(
            name,
            "it is damaged, it may be cut off (%s); take an undamaged copy"
                .formatted(damage.found().get()));
      }
      return image;
    }

    /** Gray ones have a type of their own, and those of four colors none. */
    private boolean isColorJpeg() throws IOException {
      Iterator<ImageTypeSpecifier> types = reader.getImageTypes(0);
      return !format.equals(PNG)
          && types.hasNext()
          && types.next().getBufferedImageType() == BufferedImage.TYPE_3BYTE_BGR;
    }
  }

  /**
   * Decodes a gray or color image.
   *
   * @throws ImageFormatException if the file is neither PNG nor JPEG, is damaged, has transparent
   *     pixels, colors other than gray or RGB, or more than {@link #MOST_PIXELS}
   */
  public static RgbImage read(Path file) throws IOException {
    return with(file, Images::colors);
  }

  /**
   * Decodes a file in memory.
   *
   * @param name of the file in messages
   * @throws ImageFormatException as above
   */
  public static RgbImage read(String name, byte[] content) throws IOException {
    return with(name, content, Images::colors);
  }

  /**
   * Copies the colors of a decoded image.
   *
   * @throws ImageFormatException if it has transparent pixels, or colors other than gray or RGB
   */
  public static RgbImage of(String name, BufferedImage image) throws ImageFormatException {
    return PixelReader.read(name, image, Orientation.UPRIGHT);
  }

  /** What stands before the pixels, which are not decoded. */
  public static ImageHeader header(Path file) throws IOException {
    return with(file, OpenFile::header);
  }

  /** What stands before the pixels of a file in memory. */
  public static ImageHeader header(String name, byte[] content) throws IOException {
    return with(name, content, OpenFile::header);
  }

  /**
   * Decodes a file to its end and forgets it.
   *
   * @throws ImageFormatException if a part of it is missing or not what was encoded
   */
  public static void requireIntact(Path file) throws IOException {
    with(file, OpenFile::decode);
  }

  /**
   * A paletted PNG as its indices, or a gray one as its values.
   *
   * @throws ImageFormatException if the file is anything else, or damaged, or too large
   */
  public static LabelImage readLabels(Path file) throws IOException {
    return with(file, Images::labels);
  }

  private static RgbImage colors(OpenFile file) throws IOException {
    return PixelReader.read(file.name(), file.decode(), file.header().orientation());
  }

  private static LabelImage labels(OpenFile file) throws IOException {
    if (!file.format().equals(PNG)) {
      throw new ImageFormatException(
          file.name(), "it holds labels and is a JPEG, which changes values; save them as PNG");
    }
    Raster raster = file.decode().getRaster();
    if (raster.getNumBands() != 1) {
      throw new ImageFormatException(
          file.name(),
          "a label is one number a pixel, found %s; save the labels as a paletted or gray PNG"
              .formatted(raster.getNumBands() > 2 ? "colors" : "transparency"));
    }
    int width = raster.getWidth();
    short[] values = new short[width * raster.getHeight()];
    int[] row = new int[width];
    for (int y = 0, at = 0; y < raster.getHeight(); y++) {
      raster.getSamples(0, y, width, 1, 0, row);
      for (int value : row) {
        values[at++] = (short) value;
      }
    }
    ImageHeader header = file.header();
    return new LabelImage(
        header.size().height(),
        header.size().width(),
        header.orientation().upright(values, header.stored(), 1));
  }

  private static <T> T with(Path file, Use<T> use) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString());
    }
    return with(file.toString(), () -> new FileImageInputStream(file.toFile()), use);
  }

  private static <T> T with(String name, byte[] content, Use<T> use) throws IOException {
    return with(
        name, () -> new MemoryCacheImageInputStream(new ByteArrayInputStream(content)), use);
  }

  private static <T> T with(String name, Opener opener, Use<T> use) throws IOException {
    try (ImageInputStream in = opener.open()) {
      ImageReader reader = reader(name, in);
      try {
        String format = format(reader);
        Orientation orientation = Exif.orientation(in, format.equals(PNG));
        reader.setInput(format.equals(PNG) ? WithoutTexts.of(in) : in, true, true);
        ImageSize size = checkedSize(name, reader);
        return use.of(new OpenFile(name, reader, format, new ImageHeader(size, orientation)));
      } finally {
        reader.dispose();
      }
    } catch (ImageFormatException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // The decoders of the JDK meet damaged files with runtime exceptions as well.
      throw new ImageFormatException(
          name,
          "it cannot be decoded (%s); it may be damaged, or of a kind that is not read: RGB and gray PNG and JPEG are, for labels paletted and gray PNG"
              .formatted(e.getMessage()),
          e);
    }
  }

  private static ImageReader reader(String name, ImageInputStream in) throws IOException {
    Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
    while (readers.hasNext()) {
      ImageReader reader = readers.next();
      if (FORMATS.contains(format(reader))) {
        return reader;
      }
      reader.dispose();
    }
    throw new ImageFormatException(name, "it is neither PNG nor JPEG; convert it to one of them");
  }

  private static String format(ImageReader reader) throws IOException {
    return reader.getFormatName().toLowerCase(Locale.ROOT);
  }

  private static ImageSize checkedSize(String name, ImageReader reader) throws IOException {
    long width = reader.getWidth(0);
    long height = reader.getHeight(0);
    if (width * height > MOST_PIXELS) {
      throw new ImageFormatException(
          name,
          "it has %d x %d pixels (width x height), and at most %d are decoded; make it smaller"
              .formatted(width, height, MOST_PIXELS));
    }
    return new ImageSize((int) height, (int) width);
  }
}
