package io.repfold.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The files were written by Pillow 12.3 at quality 85, and the PNGs beside them hold what Pillow's
 * decoder, libjpeg-turbo 3.1, gave of them.
 */
class JpegPixelsTest {
  private static byte[] file(String name) throws IOException {
    try (InputStream in = JpegPixelsTest.class.getResourceAsStream(name)) {
      assertThat(in).as(name).isNotNull();
      return in.readAllBytes();
    }
  }

  private static BufferedImage decoded(String name) throws IOException {
    try (InputStream in = JpegPixelsTest.class.getResourceAsStream(name)) {
      return ImageIO.read(in);
    }
  }

  private static void assertSame(RgbImage found, BufferedImage expected) {
    assertThat(found.size()).isEqualTo(new ImageSize(43, 61));
    for (int y = 0; y < 43; y++) {
      for (int x = 0; x < 61; x++) {
        assertThat(found.color(y, x))
            .as("row %d, column %d", y, x)
            .isEqualTo(expected.getRGB(x, y) & 0xffffff);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"whole", "half", "quarter", "gray"})
  void pixels_are_those_of_libjpeg_turbo(String name) throws IOException {
    assertSame(Images.read(name, file(name + ".jpg")), decoded(name + ".png"));
  }

  @Test
  void colors_of_a_profile_become_srgb_as_the_decoder_of_the_jdk_makes_them() throws IOException {
    assertSame(Images.read("profile", file("profile.jpg")), decoded("profile.jpg"));
  }

  @Test
  void what_a_decoder_wrote_is_not_copied() throws IOException {
    RgbTarget target = RgbTarget.of(new ImageSize(2, 3));
    target.setRGB(1, 0, 0xff010203);

    RgbImage image = PixelReader.read("a.jpg", target, Orientation.UPRIGHT);

    assertThat(image.color(0, 1)).isEqualTo(0x010203);
    assertThat(((RgbValues.Bytes) image.rgb()).values()).isSameAs(target.rgb());
  }
}
