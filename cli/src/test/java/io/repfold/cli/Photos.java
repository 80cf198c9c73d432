package io.repfold.cli;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import javax.imageio.ImageIO;

/** Small image files as cameras write them. */
final class Photos {
  static final byte[] JPEG = encoded("jpeg");

  private Photos() {}

  static byte[] encoded(String format) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), format, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** A JPEG whose EXIF data have two entries, the second being the orientation. */
  static byte[] turned(ByteOrder order, int orientation) {
    ByteBuffer tiff = ByteBuffer.allocate(38).order(order);
    tiff.put((order == ByteOrder.LITTLE_ENDIAN ? "II" : "MM").getBytes(StandardCharsets.US_ASCII));
    tiff.putShort((short) 42).putInt(8).putShort((short) 2);
    tiff.putShort((short) 256).putShort((short) 3).putInt(1).putInt(0);
    tiff.putShort((short) 274).putShort((short) 3).putInt(1).putShort((short) orientation);
    byte[] name = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);
    int length = name.length + tiff.capacity();
    return ByteBuffer.allocate(JPEG.length + length + 4)
        .put(JPEG, 0, 2)
        .putShort((short) 0xffe1)
        .putShort((short) (length + 2))
        .put(name)
        .put(tiff.array())
        .put(JPEG, 2, JPEG.length - 2)
        .array();
  }
}
