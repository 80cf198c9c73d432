package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.data.Batch;
import io.repfold.data.Dataset;
import io.repfold.data.Example;
import io.repfold.data.LabelMap;
import io.repfold.data.Loader;
import io.repfold.data.LoaderOptions;
import io.repfold.data.Normalization;
import io.repfold.data.Prepared;
import io.repfold.images.RgbImage;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PicturesTest {
  private static final int IGNORED = 255;
  private static final int WIDTH = 3;
  private static final int HEIGHT = 2;
  private static final int GAP = 2;

  private static final Normalization NORMALIZATION =
      new Normalization(List.of(0.4, 0.5, 0.6), List.of(0.2, 0.3, 0.25));

  /** Images of 3 x 2 pixels (width x height) whose pixels tell image, place and color apart. */
  private record Numbered(int size, int[] labels) implements Dataset {
    @Override
    public Example load(int index) {
      byte[] rgb = new byte[3 * WIDTH * HEIGHT];
      for (int i = 0; i < rgb.length; i++) {
        rgb[i] = (byte) (20 * index + 13 * i);
      }
      LabelMap map =
          labels.length == 1 ? LabelMap.of(1, 1, labels) : LabelMap.of(HEIGHT, WIDTH, labels);
      return new Example(id(index), new RgbImage(HEIGHT, WIDTH, rgb), map);
    }

    @Override
    public String id(int index) {
      return "image " + index;
    }

    @Override
    public int classes() {
      return 21;
    }

    @Override
    public List<String> classNames() {
      return List.of();
    }

    @Override
    public int ignoreIndex() {
      return IGNORED;
    }
  }

  /** Draws batches of two in which the found class of each pixel is its label plus one. */
  private static Pictures drawn(int count, int... labels) {
    Pictures pictures = new Pictures(NORMALIZATION, IGNORED);
    try (Loader loader =
        new Loader(
            new Numbered(count, labels),
            (example, random) -> prepared(example),
            new LoaderOptions(2, 0, 1, false, false, 0))) {
      loader.epoch(0, 0).forEachRemaining(batch -> take(pictures, batch, labels));
    }
    return pictures;
  }

  private static void take(Pictures pictures, Batch batch, int[] labels) {
    int[] predicted = new int[batch.n() * labels.length];
    Arrays.setAll(predicted, i -> (labels[i % labels.length] + 1) % 21);
    pictures.take(batch, predicted);
  }

  private static Prepared prepared(Example example) {
    RgbImage image = example.image();
    int plane = HEIGHT * WIDTH;
    float[] normalized = new float[3 * plane];
    for (int i = 0; i < normalized.length; i++) {
      int channel = i / plane;
      double share = image.at(i % plane / WIDTH, i % WIDTH, channel) / 255.0;
      double mean = NORMALIZATION.mean().get(channel);
      normalized[i] = (float) ((share - mean) / NORMALIZATION.std().get(channel));
    }
    return new Prepared(HEIGHT, WIDTH, normalized, example.labels().values());
  }

  @Test
  void image_labels_and_found_classes_lie_side_by_side() {
    int[] labels = {0, 1, 2, IGNORED, 15, 20};

    List<BufferedImage> pictures = drawn(3, labels).drain();

    assertThat(pictures).hasSize(3);
    for (int index = 0; index < 3; index++) {
      BufferedImage picture = pictures.get(index);
      assertThat(picture.getWidth()).isEqualTo(3 * WIDTH + 2 * GAP);
      assertThat(picture.getHeight()).isEqualTo(HEIGHT);
      RgbImage image = new Numbered(3, labels).load(index).image();
      for (int i = 0; i < labels.length; i++) {
        int x = i % WIDTH;
        int y = i / WIDTH;
        int shown = image.at(y, x, 0) << 16 | image.at(y, x, 1) << 8 | image.at(y, x, 2);
        int label = labels[i] == IGNORED ? 0xffffff : Pictures.color(labels[i]);
        assertThat(rgb(picture, x, y)).as("image %d at %d, %d", index, x, y).isEqualTo(shown);
        assertThat(rgb(picture, WIDTH + GAP + x, y)).isEqualTo(label);
        assertThat(rgb(picture, 2 * (WIDTH + GAP) + x, y))
            .isEqualTo(Pictures.color((labels[i] + 1) % 21));
      }
    }
  }

  private static int rgb(BufferedImage picture, int x, int y) {
    return picture.getRGB(x, y) & 0xffffff;
  }

  @Test
  void there_are_eight_at_most_and_they_are_given_once() {
    Pictures pictures = drawn(11, 0, 0, 0, 0, 0, 0);

    assertThat(pictures.drain()).hasSize(8);
    assertThat(pictures.drain()).isEmpty();
  }

  @Test
  void classes_of_whole_images_are_not_drawn() {
    assertThat(drawn(2, 5).drain()).isEmpty();
  }

  /** The colors that PASCAL VOC gives to its classes. */
  @ParameterizedTest
  @CsvSource({
    "0, 000000",
    "1, 800000",
    "2, 008000",
    "3, 808000",
    "4, 000080",
    "8, 400000",
    "15, c08080",
    "20, 004080",
    "255, e0e0c0"
  })
  void a_class_has_the_color_of_voc(int label, String color) {
    assertThat("%06x".formatted(Pictures.color(label))).isEqualTo(color);
  }
}
