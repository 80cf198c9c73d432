package io.repfold.cli;

import com.drew.imaging.ImageMetadataReader;
import com.drew.imaging.ImageProcessingException;
import com.drew.metadata.exif.ExifIFD0Directory;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * How a camera was held, by the EXIF data of an image (Exif 2.3, 4.6.4 A, tag 274): 1 as the pixels
 * are stored, 2 to 8 mirrored or turned.
 */
final class Orientation {
  /** As stored. */
  static final int UPRIGHT = 1;

  private Orientation() {}

  /**
   * Reads what lies beside the pixels.
   *
   * @return 1 to 8; {@link #UPRIGHT} for a file that says nothing or whose EXIF data cannot be read
   */
  static int of(Path file) throws IOException {
    try {
      ExifIFD0Directory exif =
          ImageMetadataReader.readMetadata(file.toFile())
              .getFirstDirectoryOfType(ExifIFD0Directory.class);
      Integer found = exif == null ? null : exif.getInteger(ExifIFD0Directory.TAG_ORIENTATION);
      return found == null || found < 1 || found > 8 ? UPRIGHT : found;
    } catch (ImageProcessingException | EOFException e) {
      return UPRIGHT;
    }
  }
}
