package io.repfold.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OrientationTest {
  private static final byte[] JPEG = Pictures.encoded(Pictures.random(8, 8, 1), "jpeg");

  @TempDir private Path folder;

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
      assertThat(Decoder.decode("a.jpg", content).size()).isEqualTo(new ImageSize(8, 8));
    }
  }

  @Test
  void images_that_say_nothing_are_upright() throws IOException {
    assertThat(of(JPEG)).isEqualTo(Orientation.UPRIGHT);
    assertThat(of(Pictures.encoded(Pictures.random(4, 4, 1), "png"))).isEqualTo(1);
    assertThat(of(new byte[0])).isEqualTo(1);
    byte[] whole = turned(ByteOrder.BIG_ENDIAN, 6);
    for (int length = 0; length < 46; length++) {
      assertThat(of(Arrays.copyOf(whole, length))).as("%d bytes", length).isEqualTo(1);
    }
  }

  @Test
  void offsets_out_of_range_are_not_followed() throws IOException {
    byte[] content = turned(ByteOrder.BIG_ENDIAN, 6);
    int directory = 2 + 4 + 6 + 4;
    for (int offset : new int[] {-1, 0, 37, 38, Integer.MAX_VALUE}) {
      ByteBuffer.wrap(content).putInt(directory, offset);
      assertThat(of(content)).isEqualTo(1);
    }
  }
}
