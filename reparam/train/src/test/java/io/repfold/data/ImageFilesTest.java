package io.repfold.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.images.ImageSize;
import io.repfold.images.RgbImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFilesTest {
  @TempDir private Path folder;

  @Test
  void colors_of_a_png_are_exact() {
    RgbImage image = TestImages.image(7, 5, (x, y) -> 0x102030 + x * 0x010305 + y);
    Path file = TestImages.write(folder.resolve("a.png"), image);

    assertThat(ImageFiles.readRgb(file).rgb()).isEqualTo(image.rgb());
    assertThat(ImageFiles.header(file).size()).isEqualTo(new ImageSize(5, 7));
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpg"})
  void gray_becomes_three_equal_channels(String format) {
    var gray = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
    gray.getRaster().setSamples(0, 0, 8, 8, 0, filled(64, 100));
    Path file = TestImages.write(folder.resolve("gray." + format), gray);

    RgbImage image = ImageFiles.readRgb(file);

    for (int c = 0; c < 3; c++) {
      assertThat(image.at(4, 4, c)).isEqualTo(100);
    }
  }

  @Test
  void sixteen_bits_are_kept() {
    Path file =
        TestImages.writeGray(
            folder.resolve("deep.png"), TestImages.labels(3, 1, (x, y) -> 32767 * x), 16);

    RgbImage image = ImageFiles.readRgb(file);

    assertThat(image.rgb().white()).isEqualTo(65535);
    assertThat(image.at(0, 0, 0)).isZero();
    assertThat(image.at(0, 1, 1)).isEqualTo(32767);
    assertThat(image.at(0, 2, 2)).isEqualTo(65534);
  }

  @Test
  void a_paletted_image_gets_its_colors() {
    Path file =
        TestImages.writeIndexed(folder.resolve("p.png"), TestImages.labels(4, 4, (x, y) -> x), 2);

    assertThat(ImageFiles.readRgb(file).at(2, 3, 1)).isEqualTo(77);
  }

  @Test
  void transparency_is_refused_where_it_shows() {
    var opaque = new BufferedImage(4, 4, BufferedImage.TYPE_INT_ARGB);
    for (int i = 0; i < 16; i++) {
      opaque.setRGB(i % 4, i / 4, 0xff102030);
    }
    Path file = TestImages.write(folder.resolve("opaque.png"), opaque);
    assertThat(ImageFiles.readRgb(file).at(1, 1, 2)).isEqualTo(0x30);

    opaque.setRGB(2, 2, 0x80102030);
    Path clear = TestImages.write(folder.resolve("clear.png"), opaque);
    assertThatThrownBy(() -> ImageFiles.readRgb(clear))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("clear.png")
        .hasMessageContaining("alpha channel");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.9, 0.999})
  void a_jpeg_that_is_cut_off_is_refused(double part) throws IOException {
    var random = new SplittableRandom(4);
    RgbImage image = TestImages.image(60, 80, (x, y) -> random.nextInt(1 << 24));
    Path file = TestImages.write(folder.resolve("a.jpg"), image);
    assertThat(ImageFiles.readRgb(file).width()).isEqualTo(60);

    TestImages.cut(file, part);

    assertThatThrownBy(() -> ImageFiles.readRgb(file))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("a.jpg", "is damaged, it may be cut off");
  }

  @Test
  void cmyk_is_refused() throws IOException {
    Path file = TestImages.writeCmykJpeg(folder.resolve("cmyk.jpg"));

    assertThatThrownBy(() -> ImageFiles.readRgb(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("cmyk.jpg")
        .hasMessageContaining("RGB");
  }

  @Test
  void a_header_that_claims_too_many_pixels_is_refused_before_memory_is_taken() throws IOException {
    Path file = TestImages.writeHeader(folder.resolve("bomb.png"), 2_000_000_000, 2_000_000_000);

    for (var read :
        java.util.List.<Runnable>of(
            () -> ImageFiles.readRgb(file),
            () -> ImageFiles.readLabels(file),
            () -> ImageFiles.header(file))) {
      assertThatThrownBy(read::run)
          .isInstanceOf(DataException.class)
          .hasMessageContaining("bomb.png")
          .hasMessageContaining("2000000000 x 2000000000")
          .hasMessageContaining("67108864");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void a_palette_is_read_as_its_indices(int bits) {
    LabelMap labels = TestImages.labels(13, 6, (x, y) -> (x + 5 * y) % (1 << bits));

    Path file = TestImages.writeIndexed(folder.resolve("p.png"), labels, bits);

    assertThat(ImageFiles.readLabels(file)).usingRecursiveComparison().isEqualTo(labels);
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 16})
  void gray_labels_are_read_as_their_values(int bits) {
    LabelMap labels = TestImages.labels(13, 6, (x, y) -> (1 << bits) - 1 - x - 13 * y);

    Path file = TestImages.writeGray(folder.resolve("g.png"), labels, bits);

    assertThat(ImageFiles.readLabels(file)).usingRecursiveComparison().isEqualTo(labels);
  }

  @Test
  void labels_in_color_or_as_jpeg_are_refused() {
    RgbImage image = TestImages.image(4, 4, (x, y) -> 0);
    Path color = TestImages.write(folder.resolve("color.png"), image);
    Path jpeg = TestImages.write(folder.resolve("labels.jpg"), image);

    assertThatThrownBy(() -> ImageFiles.readLabels(color))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("color.png")
        .hasMessageContaining("found colors")
        .hasMessageContaining("paletted or gray PNG");
    assertThatThrownBy(() -> ImageFiles.readLabels(jpeg))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("labels.jpg")
        .hasMessageContaining("save them as PNG");
  }

  @Test
  void a_missing_file_is_named() {
    assertThatThrownBy(() -> ImageFiles.readRgb(folder.resolve("none.png")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("none.png");
  }

  private static int[] filled(int size, int value) {
    int[] values = new int[size];
    Arrays.fill(values, value);
    return values;
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpg", "png"})
  void damaged_bytes_never_end_in_another_exception(String format) throws IOException {
    var random = new SplittableRandom(3);
    RgbImage image = TestImages.image(40, 30, (x, y) -> x * y << 8 | x);
    Path file = TestImages.write(folder.resolve("a." + format), image);
    byte[] good = Files.readAllBytes(file);
    int refused = 0;
    for (int i = 0; i < 300; i++) {
      byte[] bytes = Arrays.copyOf(good, i % 3 == 0 ? random.nextInt(good.length) : good.length);
      for (int flips = random.nextInt(4); flips >= 0 && bytes.length > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      Files.write(file, bytes);
      try {
        assertThat(ImageFiles.readRgb(file).rgb().length()).isPositive();
      } catch (DataException e) {
        assertThat(e).hasMessageContaining(file.toString());
        refused++;
      }
    }
    assertThat(refused).isBetween(30, 300);
  }
}
