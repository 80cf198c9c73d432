package io.repfold.image;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How a camera was held, by the EXIF data of a JPEG (Exif 2.3, 4.6.4 A, tag 274): 1 as the pixels
 * are stored, 2 to 8 mirrored or turned.
 */
public final class Orientation {
  /** As stored. */
  public static final int UPRIGHT = 1;

  private static final int START = 0xffd8;
  private static final int APP1 = 0xffe1;
  private static final int SCAN = 0xffda;
  private static final int MOST_SEGMENTS = 64;
  private static final String EXIF = "Exif\0\0";
  private static final int TAG = 274;
  private static final int ENTRY_BYTES = 12;

  private Orientation() {}

  /**
   * Reads the segments before the pixels.
   *
   * @return 1 to 8; {@link #UPRIGHT} for a file that says nothing, that is no JPEG or whose EXIF
   *     data cannot be read
   */
  public static int of(Path file) throws IOException {
    try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      return in.readUnsignedShort() == START ? read(in) : UPRIGHT;
    } catch (java.io.EOFException e) {
      return UPRIGHT;
    }
  }

  private static int read(DataInputStream in) throws IOException {
    for (int i = 0; i < MOST_SEGMENTS; i++) {
      int marker = in.readUnsignedShort();
      int length = in.readUnsignedShort() - Short.BYTES;
      if (marker < 0xff00 || marker == SCAN || length < 0) {
        return UPRIGHT;
      }
      if (marker == APP1) {
        byte[] content = in.readNBytes(length);
        if (new String(content, StandardCharsets.ISO_8859_1).startsWith(EXIF)) {
          return tag(
              ByteBuffer.wrap(content, EXIF.length(), content.length - EXIF.length()).slice());
        }
      } else {
        in.skipNBytes(length);
      }
    }
    return UPRIGHT;
  }

  /** Looks into the first directory of the TIFF file that EXIF data are. */
  private static int tag(ByteBuffer tiff) {
    if (tiff.remaining() < 8) {
      return UPRIGHT;
    }
    tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int directory = tiff.getInt(4);
    if (directory < 8 || directory > tiff.limit() - Short.BYTES) {
      return UPRIGHT;
    }
    int entries = tiff.getShort(directory) & 0xffff;
    for (int i = 0; i < entries; i++) {
      int at = directory + Short.BYTES + i * ENTRY_BYTES;
      if (at > tiff.limit() - ENTRY_BYTES) {
        return UPRIGHT;
      }
      if ((tiff.getShort(at) & 0xffff) == TAG) {
        int value = tiff.getShort(at + 8) & 0xffff;
        return value >= 1 && value <= 8 ? value : UPRIGHT;
      }
    }
    return UPRIGHT;
  }
}
