package io.repfold.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelPngTest {
  @TempDir private Path folder;

  @Test
  void the_colours_are_those_of_voc() {
    assertThat(LabelPng.colour(0)).isZero();
    assertThat(LabelPng.colour(1)).isEqualTo(0x800000);
    assertThat(LabelPng.colour(2)).isEqualTo(0x008000);
    assertThat(LabelPng.colour(4)).isEqualTo(0x000080);
    assertThat(LabelPng.colour(8)).isEqualTo(0x400000);
    assertThat(LabelPng.colour(15)).isEqualTo(0xc08080);
    assertThat(LabelPng.colour(20)).isEqualTo(0x004080);
    assertThat(LabelPng.colour(255)).isEqualTo(0xe0e0c0);
    assertThat(IntStream.range(0, 256).map(LabelPng::colour).distinct().count()).isEqualTo(256);
  }

  @Test
  void what_is_written_is_read_again() throws IOException {
    LabelMap labels = TestImages.labels(31, 9, (x, y) -> (x * 9 + y) % 256);
    Path file = folder.resolve("prediction.png");

    LabelPng.write(file, labels);

    assertThat(ImageFiles.readLabels(file)).usingRecursiveComparison().isEqualTo(labels);
    RgbImage colours = ImageFiles.readRgb(file);
    int label = labels.at(5, 20);
    assertThat(colours.at(5, 20, 0) << 16 | colours.at(5, 20, 1) << 8 | colours.at(5, 20, 2))
        .isEqualTo(LabelPng.colour(label));
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void a_label_beyond_the_palette_leaves_no_file() {
    LabelMap labels = TestImages.labels(2, 2, (x, y) -> 256);

    assertThatThrownBy(() -> LabelPng.write(folder.resolve("a.png"), labels))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("label 256");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void an_overlay_mixes_image_and_colours() {
    RgbImage image = TestImages.image(2, 1, (x, y) -> 0x646464);
    LabelMap labels = TestImages.labels(2, 1, (x, y) -> x);

    RgbImage mixed = LabelPng.overlay(image, labels, 0.5);

    assertThat(mixed.at(0, 0, 0)).isEqualTo(50);
    assertThat(mixed.at(0, 1, 0)).isEqualTo(114);
    assertThat(mixed.at(0, 1, 1)).isEqualTo(50);
  }
}
