package io.repfold.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.repfold.kit.Photos;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImagesTest {
  @TempDir private Path folder;

  private Path file(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  private static byte[] png(int type) {
    return Photos.encoded(Pictures.random(5, 7, 1, type), "png");
  }

  private static void assertRefused(ThrowingCallable use, String... words) {
    assertThatThrownBy(use).isInstanceOf(ImageFormatException.class).hasMessageContainingAll(words);
  }

  /** A small PNG whose header states another size, with the right checksum. */
  private static byte[] claiming(int height, int width) {
    ByteBuffer bytes = ByteBuffer.wrap(png(BufferedImage.TYPE_3BYTE_BGR));
    bytes.putInt(16, width).putInt(20, height);
    CRC32 checksum = new CRC32();
    checksum.update(bytes.array(), 12, 17);
    bytes.putInt(29, (int) checksum.getValue());
    return bytes.array();
  }

  @Test
  void more_than_two_to_the_26_pixels_are_refused_by_the_header() throws IOException {
    assertThat(Images.header("fits.png", claiming(1 << 13, 1 << 13)).size())
        .isEqualTo(new ImageSize(8192, 8192));
    Path large = file("large.png", claiming((1 << 13) + 1, 1 << 13));
    for (ThrowingCallable use :
        new ThrowingCallable[] {
          () -> Images.header(large),
          () -> Images.read(large),
          () -> Images.readLabels(large),
          () -> Images.requireIntact(large)
        }) {
      assertRefused(
          use,
          "large.png",
          "it has 8192 x 8193 pixels (width x height), and at most 67108864 are decoded",
          "make it smaller");
    }
  }

  @Test
  void so_are_those_of_a_jpeg_before_it_is_decoded() {
    ByteBuffer jpeg =
        ByteBuffer.wrap(
            Photos.encoded(Pictures.random(5, 7, 1, BufferedImage.TYPE_3BYTE_BGR), "jpeg"));
    int frame = 0;
    while ((jpeg.getShort(frame) & 0xffff) != 0xffc0) {
      frame++;
    }
    jpeg.putShort(frame + 5, (short) 65500).putShort(frame + 7, (short) 65500);

    assertRefused(
        () -> Images.read("bomb.jpg", jpeg.array()),
        "bomb.jpg",
        "it has 65500 x 65500 pixels",
        "make it smaller");
  }

  @Test
  void eight_bits_are_what_was_stored() throws IOException {
    BufferedImage stored = Pictures.random(5, 7, 3, BufferedImage.TYPE_3BYTE_BGR);

    RgbImage image = Images.read("a.png", Photos.encoded(stored, "png"));

    float[] row = new float[3 * 4];
    image.row(2, 3, 4, row);
    for (int i = 0; i < row.length; i++) {
      assertThat(row[i]).isEqualTo(stored.getRaster().getSample(3 + i / 3, 2, i % 3));
    }
    assertThat(image.color(4, 6)).isEqualTo(stored.getRGB(6, 4) & 0xffffff);
  }

  @Test
  void sixteen_bits_keep_their_fractions() throws IOException {
    BufferedImage stored = Pictures.random(5, 7, 3, BufferedImage.TYPE_USHORT_GRAY);

    RgbImage image = Images.read("a.png", Photos.encoded(stored, "png"));

    float[] row = new float[3 * 7];
    image.row(4, 0, 7, row);
    for (int x = 0; x < 7; x++) {
      int value = stored.getRaster().getSample(x, 4, 0);
      assertThat(image.at(4, x, 1)).isEqualTo(value);
      assertThat((double) row[3 * x]).isCloseTo(value / 257.0, within(1e-4));
      assertThat(image.color(4, x)).isEqualTo(0x010101 * (int) Math.round(value / 257.0));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_USHORT_GRAY})
  void gray_labels_are_their_values(int type) throws IOException {
    BufferedImage stored = Pictures.random(5, 7, 4, type);

    LabelImage labels = Images.readLabels(file("a.png", Photos.encoded(stored, "png")));

    assertThat(labels.height()).isEqualTo(5);
    assertThat(labels.width()).isEqualTo(7);
    for (int i = 0; i < 35; i++) {
      assertThat(labels.values()[i] & 0xffff)
          .isEqualTo(stored.getRaster().getSample(i % 7, i / 7, 0));
    }
  }

  @Test
  void what_are_no_labels_is_refused() throws IOException {
    Path colors = file("a.png", png(BufferedImage.TYPE_3BYTE_BGR));
    assertRefused(() -> Images.readLabels(colors), "a.png", "found colors", "gray PNG");
    Path jpeg =
        file(
            "a.jpg",
            Photos.encoded(Pictures.random(5, 7, 1, BufferedImage.TYPE_BYTE_GRAY), "jpeg"));
    assertRefused(() -> Images.readLabels(jpeg), "a.jpg", "changes values", "PNG");
  }

  @Test
  void a_file_that_ends_too_early_is_not_intact() throws IOException {
    byte[] whole = png(BufferedImage.TYPE_3BYTE_BGR);
    Images.requireIntact(file("a.png", whole));
    Path cut = file("cut.png", Arrays.copyOf(whole, whole.length / 2));
    assertRefused(() -> Images.requireIntact(cut), "cut.png", "cannot be decoded");
    assertThat(Images.header(cut).size()).isEqualTo(new ImageSize(5, 7));
  }

  @Test
  void a_missing_file_is_named() {
    Path missing = folder.resolve("none.png");
    assertThatThrownBy(() -> Images.read(missing))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(missing.toString());
  }

  @Test
  void a_size_that_does_not_fit_is_refused() {
    assertThatThrownBy(() -> new RgbImage(2, 3, new byte[17]))
        .hasMessage("An RGB image of 2 x 3 (height x width) takes 18 values, found 17");
  }
}
