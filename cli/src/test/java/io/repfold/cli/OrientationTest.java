package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OrientationTest {
  private static final byte[] JPEG = encoded("jpeg");

  @TempDir private Path folder;

  private static byte[] encoded(String format) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), format, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** A JPEG whose EXIF data have two entries, the second being the orientation. */
  private static byte[] turned(ByteOrder order, int orientation) {
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

  private int of(byte[] content) throws IOException {
    return Orientation.of(Files.write(folder.resolve("a.jpg"), content));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 3", "6, 6", "8, 8", "0, 1", "9, 1"})
  void the_orientation_is_read_in_both_byte_orders(int stored, int expected) throws IOException {
    for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
      byte[] content = turned(order, stored);
      assertThat(of(content)).isEqualTo(expected);
    }
  }

  @Test
  void images_that_say_nothing_are_upright() throws IOException {
    assertThat(of(JPEG)).isEqualTo(Orientation.UPRIGHT);
    assertThat(of(encoded("png"))).isEqualTo(1);
    assertThat(of(new byte[0])).isEqualTo(1);
    byte[] whole = turned(ByteOrder.BIG_ENDIAN, 6);
    for (int length = 0; length < 46; length++) {
      assertThat(of(Arrays.copyOf(whole, length))).as("%d bytes", length).isEqualTo(1);
    }
  }
}
