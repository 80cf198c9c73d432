package io.repfold.kit;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;

/** Small image files as cameras write them. */
public final class Photos {
  private static final int PNG_HEADER = 8 + 25;

  private Photos() {}

  /** A file of a format that ImageIO writes. */
  public static byte[] encoded(BufferedImage image, String format) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(image, format, bytes)) {
        throw new IllegalArgumentException("No encoder for " + format);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** The same JPEG or PNG with EXIF data that hold an orientation. */
  public static byte[] turned(byte[] file, int orientation) {
    return turned(file, ByteOrder.BIG_ENDIAN, orientation);
  }

  /** The same with EXIF data of a byte order. */
  public static byte[] turned(byte[] file, ByteOrder order, int orientation) {
    byte[] tiff = tiff(order, orientation);
    return file[0] == (byte) 0x89 ? withChunk(file, tiff) : withSegment(file, tiff);
  }

  /** Two entries, the second being the orientation. */
  private static byte[] tiff(ByteOrder order, int orientation) {
    ByteBuffer tiff = ByteBuffer.allocate(38).order(order);
    tiff.put((order == ByteOrder.LITTLE_ENDIAN ? "II" : "MM").getBytes(StandardCharsets.US_ASCII));
    tiff.putShort((short) 42).putInt(8).putShort((short) 2);
    tiff.putShort((short) 256).putShort((short) 3).putInt(1).putInt(0);
    tiff.putShort((short) 274).putShort((short) 3).putInt(1).putShort((short) orientation);
    return tiff.array();
  }

  private static byte[] withSegment(byte[] jpeg, byte[] tiff) {
    byte[] name = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);
    int length = name.length + tiff.length;
    return ByteBuffer.allocate(jpeg.length + length + 4)
        .put(jpeg, 0, 2)
        .putShort((short) 0xffe1)
        .putShort((short) (length + 2))
        .put(name)
        .put(tiff)
        .put(jpeg, 2, jpeg.length - 2)
        .array();
  }

  private static byte[] withChunk(byte[] png, byte[] tiff) {
    ByteBuffer chunk = ByteBuffer.allocate(tiff.length + 12);
    chunk.putInt(tiff.length).put("eXIf".getBytes(StandardCharsets.US_ASCII)).put(tiff);
    CRC32 checksum = new CRC32();
    checksum.update(chunk.array(), 4, tiff.length + 4);
    chunk.putInt((int) checksum.getValue());
    return ByteBuffer.allocate(png.length + chunk.capacity())
        .put(png, 0, PNG_HEADER)
        .put(chunk.array())
        .put(png, PNG_HEADER, png.length - PNG_HEADER)
        .array();
  }
}
