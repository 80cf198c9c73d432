package io.repfold.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.runtime.Engine;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MaskTest {
  @TempDir private Path folder;

  @Test
  void the_colors_are_those_of_voc() {
    Palette voc = Palette.voc();
    assertThat(voc.color(0)).isZero();
    assertThat(voc.color(1)).isEqualTo(0x800000);
    assertThat(voc.color(2)).isEqualTo(0x008000);
    assertThat(voc.color(4)).isEqualTo(0x000080);
    assertThat(voc.color(8)).isEqualTo(0x400000);
    assertThat(voc.color(15)).isEqualTo(0xc08080);
    assertThat(voc.color(20)).isEqualTo(0x004080);
    assertThat(voc.color(255)).isEqualTo(0xe0e0c0);
    assertThat(IntStream.range(0, 256).map(voc::color).distinct().count()).isEqualTo(256);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 16, 17, 19, 256})
  void the_pixels_of_a_png_are_the_classes(int colors) throws Exception {
    byte[] classes = new byte[31 * 9];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = (byte) (i % colors);
    }
    Palette palette = Palette.of(IntStream.range(0, colors).map(i -> 7919 * i).toArray());

    BufferedImage png =
        ImageIO.read(new ByteArrayInputStream(new Mask(31, 9, classes).png(palette)));

    assertThat(png.getRaster().getNumBands()).isEqualTo(1);
    for (int i = 0; i < classes.length; i++) {
      assertThat(png.getRaster().getSample(i % 9, i / 9, 0)).isEqualTo(i % colors);
      assertThat(png.getRGB(i % 9, i / 9) & 0xffffff)
          .isEqualTo(palette.color(i % colors) & 0xffffff);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 70000", "300, 701", "1025, 64"})
  void a_png_of_any_size_holds_every_class(int height, int width) throws Exception {
    byte[] classes = new byte[height * width];
    new Random(5).nextBytes(classes);

    byte[] png = new Mask(height, width, classes).png(Palette.voc());

    BufferedImage read = ImageIO.read(new ByteArrayInputStream(png));
    assertThat(((DataBufferByte) read.getRaster().getDataBuffer()).getData()).isEqualTo(classes);
  }

  @Test
  void rows_that_repeat_take_next_to_no_memory() {
    byte[] classes = new byte[720 * 1280];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = (byte) (i % 1280 % 13);
    }
    assertThat(new Mask(720, 1280, classes).png(Palette.voc())).hasSizeLessThan(6_000);
  }

  @Test
  void a_palette_comes_from_a_file() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("p.txt"), "# roads first\n\n128 64 128 road\n#f423E8 pavement\n1,2,3\n");
    Palette palette = Palette.read(file);
    assertThat(palette.size()).isEqualTo(3);
    assertThat(palette.color(0)).isEqualTo(Palette.cityscapes().color(0));
    assertThat(palette.color(1)).isEqualTo(Palette.cityscapes().color(1));
    assertThat(palette.color(2)).isEqualTo(0x010203);
  }

  @ParameterizedTest
  @ValueSource(strings = {"256 0 0", "1 2", "red"})
  void a_line_that_is_no_color_is_named(String line) throws Exception {
    Path file = Files.writeString(folder.resolve("p.txt"), "0 0 0\n" + line + "\n");
    assertThatThrownBy(() -> Palette.read(file))
        .hasMessageContainingAll("p.txt", "line 2", line, "three numbers from 0 to 255");
  }

  @Test
  void an_empty_palette_and_a_class_without_color_are_refused() throws Exception {
    Path file = Files.writeString(folder.resolve("p.txt"), "# nothing\n");
    assertThatThrownBy(() -> Palette.read(file)).hasMessageContaining("0 colors");
    Mask mask = new Mask(1, 2, new byte[] {0, 19});
    assertThatThrownBy(() -> mask.png(Palette.cityscapes()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("19 colors, none for class 19");
    assertThatThrownBy(() -> new Mask(2, 2, new byte[3]))
        .hasMessageContaining("4 classes, found 3");
  }

  @Test
  void an_overlay_mixes_image_and_colors() throws Exception {
    BufferedImage gray = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
    gray.setRGB(0, 0, 0x646464);
    gray.setRGB(1, 0, 0xc8c8c8);
    SegmentOptions options = new SegmentOptions.Builder().threshold(0).multiple(1).build();
    try (Engine engine = SegmentModels.single().load();
        ImageSegmenter segmenter = ImageSegmenter.of(engine, options)) {
      Segmentation found = segmenter.segment(ImageSource.of("gray", gray));
      assertThat(found.mask().classes()).containsExactly(0, 1);

      BufferedImage half = found.overlay(Palette.voc(), 0.5);
      assertThat(half.getRGB(0, 0)).isEqualTo(0xff323232);
      assertThat(half.getRGB(1, 0)).isEqualTo(0xffa46464);
      BufferedImage read =
          ImageIO.read(new ByteArrayInputStream(found.overlayPng(Palette.voc(), 0.5)));
      assertThat(read.getRGB(0, 0)).isEqualTo(0xff323232);
      assertThat(read.getRGB(1, 0)).isEqualTo(0xffa46464);
      assertThat(found.overlay(Palette.voc(), 0).getRGB(1, 0)).isEqualTo(0xffc8c8c8);
      assertThat(found.overlay(Palette.voc(), 1).getRGB(1, 0)).isEqualTo(0xff800000);
      assertThatThrownBy(() -> found.overlay(Palette.voc(), 1.5)).hasMessageContaining("1.5");
    }
  }
}
