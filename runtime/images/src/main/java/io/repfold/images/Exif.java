package io.repfold.images;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.imageio.stream.ImageInputStream;

/**
 * Finds the orientation in the EXIF data of a file: the first segment APP1 of a JPEG that begins
 * with {@code Exif}, or the chunk eXIf of a PNG. Nothing else is read and nothing is unpacked; data
 * that make no sense say nothing.
 */
final class Exif {
  private static final byte[] JPEG_NAME = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);
  private static final int PNG_SIGNATURE = 8;
  private static final int PNG_NAME = 0x65584966;
  private static final int PNG_END = 0x49454e44;
  private static final int MOST = 1 << 16;

  private static final int APP1 = 0xe1;
  private static final int START_OF_SCAN = 0xda;
  private static final int END_OF_IMAGE = 0xd9;

  private static final int TAG = 274;
  private static final int SHORT = 3;
  private static final int ENTRY = 12;

  private Exif() {}

  /** TEM, the restarts and a second start: the markers without content. */
  private static boolean isBare(int marker) {
    return marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8);
  }

  /** Of a file from its beginning, where the stream is left. */
  static Orientation orientation(ImageInputStream in, boolean png) throws IOException {
    try {
      in.setByteOrder(ByteOrder.BIG_ENDIAN);
      return tag(png ? ofPng(in) : ofJpeg(in));
    } catch (EOFException e) {
      return Orientation.UPRIGHT;
    } finally {
      in.seek(0);
    }
  }

  private static byte[] ofPng(ImageInputStream in) throws IOException {
    long at = PNG_SIGNATURE;
    while (true) {
      in.seek(at);
      long length = in.readUnsignedInt();
      int name = in.readInt();
      if (name == PNG_NAME) {
        return bytes(in, length);
      }
      if (name == PNG_END || length > Integer.MAX_VALUE) {
        return new byte[0];
      }
      at += length + 12;
    }
  }

  private static byte[] ofJpeg(ImageInputStream in) throws IOException {
    in.seek(2);
    while (true) {
      int marker = marker(in);
      if (marker == START_OF_SCAN || marker == END_OF_IMAGE) {
        return new byte[0];
      }
      if (isBare(marker)) {
        continue;
      }
      int length = in.readUnsignedShort() - 2;
      long next = in.getStreamPosition() + length;
      if (length < 0) {
        return new byte[0];
      }
      if (marker == APP1 && length >= JPEG_NAME.length) {
        byte[] content = bytes(in, length);
        if (Arrays.equals(content, 0, JPEG_NAME.length, JPEG_NAME, 0, JPEG_NAME.length)) {
          return Arrays.copyOfRange(content, JPEG_NAME.length, content.length);
        }
      }
      in.seek(next);
    }
  }

  /** What follows the next bytes 0xff; decoders pass over others before it. */
  private static int marker(ImageInputStream in) throws IOException {
    for (int passed = 0; passed < MOST; passed++) {
      if (in.readUnsignedByte() == 0xff) {
        int marker = in.readUnsignedByte();
        while (marker == 0xff) {
          marker = in.readUnsignedByte();
        }
        if (marker != 0) {
          return marker;
        }
      }
    }
    return END_OF_IMAGE;
  }

  /** The next bytes; none if they are too many. */
  private static byte[] bytes(ImageInputStream in, long length) throws IOException {
    if (length > MOST) {
      return new byte[0];
    }
    byte[] content = new byte[(int) length];
    in.readFully(content);
    return content;
  }

  /**
   * The orientation in the first directory of a TIFF structure.
   *
   * @param tiff two letters for the byte order, 42, the place of the directory; there the number of
   *     its entries, each a tag, a type, a count and a value
   */
  private static Orientation tag(byte[] tiff) {
    if (tiff.length < 8 || tiff[0] != tiff[1] || (tiff[0] != 'I' && tiff[0] != 'M')) {
      return Orientation.UPRIGHT;
    }
    ByteBuffer buffer = ByteBuffer.wrap(tiff);
    buffer.order(tiff[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int directory = buffer.getInt(4);
    if (buffer.getShort(2) != 42 || directory < 8 || directory > tiff.length - 2) {
      return Orientation.UPRIGHT;
    }
    int entries =
        Math.min(buffer.getShort(directory) & 0xffff, (tiff.length - directory - 2) / ENTRY);
    for (int i = 0; i < entries; i++) {
      int at = directory + 2 + i * ENTRY;
      if ((buffer.getShort(at) & 0xffff) == TAG
          && buffer.getShort(at + 2) == SHORT
          && buffer.getInt(at + 4) == 1) {
        return Orientation.of(buffer.getShort(at + 8) & 0xffff);
      }
    }
    return Orientation.UPRIGHT;
  }
}
