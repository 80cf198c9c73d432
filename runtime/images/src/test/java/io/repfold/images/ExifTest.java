package io.repfold.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.kit.Photos;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExifTest {
  private static final byte[] JPEG = encoded("jpeg");
  private static final byte[] PNG = encoded("png");
  private static final int PNG_HEADER = 33;

  /** Of the segment that {@link Photos} puts first. */
  private static final int FIRST_ENTRY = 2 + 4 + 6 + 10;

  private static byte[] encoded(String format) {
    return Photos.encoded(Pictures.random(8, 8, 1, BufferedImage.TYPE_3BYTE_BGR), format);
  }

  private static int of(byte[] content) throws IOException {
    boolean png = content.length > 0 && content[0] == (byte) 0x89;
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(content))) {
      int found = Exif.orientation(in, png).exif();
      assertThat(in.getStreamPosition()).as("the decoder begins at").isZero();
      return found;
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "3, 3", "4, 4", "5, 5", "6, 6", "7, 7", "8, 8", "0, 1", "9, 1"})
  void the_orientation_is_read_in_both_byte_orders(int stored, int expected) throws IOException {
    for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
      for (byte[] file : new byte[][] {JPEG, PNG}) {
        assertThat(of(Photos.turned(file, order, stored))).isEqualTo(expected);
      }
    }
  }

  @Test
  void files_that_say_nothing_are_upright() throws IOException {
    assertThat(of(JPEG)).isEqualTo(1);
    assertThat(of(PNG)).isEqualTo(1);
    assertThat(of(new byte[0])).isEqualTo(1);
    byte[] whole = Photos.turned(JPEG, 6);
    for (int length = 0; length < 50; length++) {
      assertThat(of(Arrays.copyOf(whole, length))).as("%d bytes", length).isEqualTo(1);
    }
  }

  @Test
  void other_segments_may_stand_before() throws IOException {
    byte[] photo = Photos.turned(JPEG, 6);
    byte[] xmp = "http://ns.adobe.com/xap/1.0/\0 tells nothing".getBytes(StandardCharsets.US_ASCII);
    ByteBuffer segment = ByteBuffer.allocate(xmp.length + 4);
    segment.putShort((short) 0xffe1).putShort((short) (xmp.length + 2)).put(xmp);

    assertThat(of(inserted(photo, 2, segment.array()))).as("XMP").isEqualTo(6);
    assertThat(of(inserted(photo, 2, new byte[300]))).as("zeros").isEqualTo(6);
    assertThat(of(inserted(photo, 2, (byte) 0xff, (byte) 0xff))).as("filling").isEqualTo(6);
    assertThat(of(inserted(photo, 2, (byte) 0xff, (byte) 0xd8))).as("a start").isEqualTo(6);
  }

  @Test
  void in_a_png_it_may_stand_behind_the_pixels() throws IOException {
    byte[] turned = Photos.turned(PNG, 8);
    int length = turned.length - PNG.length;
    byte[] chunk = Arrays.copyOfRange(turned, PNG_HEADER, PNG_HEADER + length);

    assertThat(of(inserted(PNG, PNG.length - 12, chunk))).isEqualTo(8);
    assertThat(of(inserted(PNG, PNG.length, chunk))).as("behind the end").isEqualTo(1);
  }

  @Test
  void pixels_are_not_searched() throws IOException {
    byte[] photo = Photos.turned(JPEG, 6);
    byte[] exif = Arrays.copyOfRange(photo, 2, 2 + photo.length - JPEG.length);

    assertThat(of(inserted(JPEG, JPEG.length - 2, exif))).isEqualTo(1);
  }

  @Test
  void an_entry_of_another_type_or_count_says_nothing() throws IOException {
    byte[] photo = Photos.turned(JPEG, ByteOrder.BIG_ENDIAN, 6);
    int entry = FIRST_ENTRY + 12;
    for (int at : new int[] {entry + 3, entry + 7}) {
      byte[] changed = photo.clone();
      changed[at]++;
      assertThat(of(changed)).as("byte %d", at).isEqualTo(1);
    }
    byte[] fewer = photo.clone();
    fewer[FIRST_ENTRY - 1] = 1;
    assertThat(of(fewer)).as("one entry").isEqualTo(1);
  }

  private static byte[] inserted(byte[] content, int at, byte... added) {
    return ByteBuffer.allocate(content.length + added.length)
        .put(content, 0, at)
        .put(added)
        .put(content, at, content.length - at)
        .array();
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "3"})
  void no_bytes_end_in_an_exception(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    int turned = 0;
    for (int i = 0; i < 3000; i++) {
      byte[] content = Photos.turned(i % 2 == 0 ? JPEG : PNG, 1 + i % 8);
      for (int flips = random.nextInt(4); flips >= 0; flips--) {
        content[1 + random.nextInt(80)] = (byte) random.nextInt(256);
      }
      turned += of(content) == 1 ? 0 : 1;
    }
    assertThat(turned).as("what is left of 3000").isBetween(100, 2900);
  }
}
