package io.repfold.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.kit.Photos;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DamageTest {
  private static final byte[] JPEG = encoded("jpeg");

  private static byte[] encoded(String format) {
    return Photos.encoded(Pictures.random(60, 80, 21, BufferedImage.TYPE_3BYTE_BGR), format);
  }

  private static void assertRefused(byte[] content, String... words) {
    assertThatThrownBy(() -> Images.read("a.jpg", content))
        .isInstanceOf(ImageFormatException.class)
        .hasMessageContaining("a.jpg")
        .hasMessageContainingAll(words);
  }

  /** These bytes, put in before a place. */
  private static byte[] with(byte[] added, int at) {
    return ByteBuffer.allocate(JPEG.length + added.length)
        .put(JPEG, 0, at)
        .put(added)
        .put(JPEG, at, JPEG.length - at)
        .array();
  }

  private static byte[] segment(int marker, String text) {
    byte[] content = text.getBytes(StandardCharsets.ISO_8859_1);
    return ByteBuffer.allocate(content.length + 4)
        .put((byte) 0xff)
        .put((byte) marker)
        .putShort((short) (content.length + 2))
        .put(content)
        .array();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.3, 0.5, 0.9, 0.999})
  void a_jpeg_that_is_cut_off_is_refused(double part) {
    assertRefused(
        Arrays.copyOf(JPEG, (int) (part * JPEG.length)), "is damaged, it may be cut off", "copy");
  }

  @Test
  void a_jpeg_without_its_end_is_refused() {
    assertRefused(Arrays.copyOf(JPEG, JPEG.length - 2), "Missing EOI marker");
  }

  @Test
  void a_harmless_warning_does_not_hide_a_missing_end() {
    byte[] cut = Arrays.copyOf(JPEG, JPEG.length / 2);
    cut[11] = 3;
    assertRefused(cut, "Missing EOI marker");
  }

  @Test
  void a_png_that_is_cut_off_is_refused() {
    byte[] png = encoded("png");
    assertRefused(Arrays.copyOf(png, png.length / 2), "cannot be decoded", "may be damaged");
    png[png.length / 2] ^= 1;
    assertRefused(png, "cannot be decoded", "may be damaged");
  }

  @Test
  void a_jpeg_with_wrong_bytes_among_its_pixels_is_refused() {
    byte[] wrong = JPEG.clone();
    Arrays.fill(wrong, JPEG.length / 2, JPEG.length / 2 + 40, (byte) 0);
    assertRefused(wrong, "is damaged", "Corrupt JPEG data");
  }

  @Test
  void what_lies_around_the_pixels_does_no_harm() throws IOException {
    RgbImage whole = Images.read("a.jpg", JPEG);
    byte[] twoMore = {0, 0};
    byte[] profile = segment(0xe2, "ICC_PROFILE\0\u0001\u0001no profile");
    byte[] oldJfif = JPEG.clone();
    assertThat(oldJfif[11]).as("major version of JFIF").isEqualTo((byte) 1);
    oldJfif[11] = 3;
    for (byte[] content :
        new byte[][] {
          with(twoMore, JPEG.length - 2),
          Arrays.copyOf(JPEG, JPEG.length + 5000),
          with(profile, 20),
          with(segment(0xfe, "a comment"), 20),
          with(new byte[300], 20),
          oldJfif
        }) {
      RgbImage read = Images.read("a.jpg", content);
      assertThat(read).isEqualTo(whole);
    }
  }
}
