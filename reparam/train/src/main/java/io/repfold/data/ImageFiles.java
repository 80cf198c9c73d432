package io.repfold.data;

import io.repfold.images.ImageHeader;
import io.repfold.images.Images;
import io.repfold.images.LabelImage;
import io.repfold.images.RgbImage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads the files of data sets; what cannot be used is a {@link DataException}. */
final class ImageFiles {
  private ImageFiles() {}

  private interface Use<T> {
    T of(Path file) throws IOException;
  }

  private static <T> T with(Path file, Use<T> use) {
    try {
      return use.of(file);
    } catch (NoSuchFileException e) {
      throw new DataException(e, "There is no file '%s'".formatted(file));
    } catch (IOException e) {
      throw new DataException(e, String.valueOf(e.getMessage()));
    }
  }

  /** What stands before the pixels, which are not decoded. */
  static ImageHeader header(Path file) {
    return with(file, Images::header);
  }

  /** A PNG or JPEG file, gray or color, as upright RGB. */
  static RgbImage readRgb(Path file) {
    return with(file, Images::read);
  }

  /**
   * Decodes a file to its end.
   *
   * @throws DataException if a part of it is missing or not what was encoded
   */
  static void requireIntact(Path file) {
    with(
        file,
        image -> {
          Images.requireIntact(image);
          return image;
        });
  }

  /** A paletted PNG as its indices, or a gray one as its values. */
  static LabelMap readLabels(Path file) {
    LabelImage labels = with(file, Images::readLabels);
    return new LabelMap(labels.height(), labels.width(), labels.values());
  }
}
