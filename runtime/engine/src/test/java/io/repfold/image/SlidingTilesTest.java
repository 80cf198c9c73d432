package io.repfold.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.repfold.image.Tiling.Blend;
import io.repfold.images.ImageSize;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.OnnxModel;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SlidingTilesTest {
  private static final int CLASSES = 6;

  private static Segmentation segment(
      OnnxModel model, SegmentOptions.Builder options, ImageSource image) throws Exception {
    try (Engine engine = model.load();
        ImageSegmenter segmenter = ImageSegmenter.of(engine, options.build())) {
      return segmenter.segment(image);
    }
  }

  private static SegmentOptions.Builder sliding(String tile, int overlap, Blend blend) {
    return new SegmentOptions.Builder().tiling(new Tiling(ImageSize.parse(tile), overlap, blend));
  }

  private static SegmentOptions.Builder whole() {
    return new SegmentOptions.Builder().multiple(1);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 16, 8, UNIFORM",
    "1, 61, 16x9, 4, TAPERED",
    "61, 1, 16x9, 3, CENTER",
    "37, 53, 16, 0, UNIFORM",
    "37, 53, 16, 5, UNIFORM",
    "37, 53, 16, 8, TAPERED",
    "37, 53, 13x16, 6, CENTER",
    "33, 33, 16, 8, CENTER",
    "16, 17, 16, 7, TAPERED",
    "64, 64, 64, 32, TAPERED",
    "20, 20, 64, 32, TAPERED"
  })
  void what_depends_on_one_pixel_only_is_as_in_the_whole_image(
      int height, int width, String tile, int overlap, Blend blend) throws Exception {
    ImageSource image = Pictures.source(height, width, 11);
    OnnxModel model = SegmentModels.local(CLASSES);

    Mask tiled = segment(model, sliding(tile, overlap, blend), image).mask();

    assertThat(tiled).isEqualTo(segment(model, whole(), image).mask());
  }

  @ParameterizedTest
  @CsvSource({"41, 67, 24, 8", "83, 50, 25x31, 9", "30, 100, 24, 12", "46, 24, 24, 8"})
  void an_overlap_of_the_receptive_field_cut_at_its_middle_is_as_the_whole_image(
      int height, int width, String tile, int overlap) throws Exception {
    ImageSource image = Pictures.source(height, width, 12);
    OnnxModel field9 = SegmentModels.conv(CLASSES, 5, 2, "N", "H", "W");
    Mask whole = segment(field9, whole(), image).mask();

    assertThat(segment(field9, sliding(tile, overlap, Blend.CENTER).multiple(1), image).mask())
        .isEqualTo(whole);
    assertThat(segment(field9, sliding(tile, 2, Blend.CENTER).multiple(1), image).mask())
        .as("less overlap than the field reaches shows at the seams")
        .isNotEqualTo(whole);
  }

  @ParameterizedTest
  @CsvSource({
    "101, 143, 32, 8, 4, N",
    "101, 143, 32x48, 16, 8, N",
    "99, 30, 32, 9, 4, N",
    "20, 143, 64, 8, 4, N",
    "66, 38, 16, 8, 4, N",
    "101, 143, 32, 8, 4, ours",
    "100, 132, 32, 8, 0, ours"
  })
  void windows_begin_at_multiples_of_the_stride(
      int height, int width, String tile, int overlap, int multiple, String who) throws Exception {
    ImageSource image = Pictures.source(height, width, 17);
    OnnxModel model = SegmentModels.strided(CLASSES, "N", "H", "W");
    if (who.equals("ours")) {
      model = model.metadata("repfold.architecture", "Strided");
    }
    SegmentOptions.Builder windows = sliding(tile, overlap, Blend.CENTER);
    SegmentOptions.Builder whole = new SegmentOptions.Builder();
    if (multiple > 0) {
      windows = windows.multiple(multiple);
      whole = whole.multiple(multiple);
    }
    assertThat(segment(model, windows, image).mask())
        .isEqualTo(segment(model, whole, image).mask());
  }

  @Test
  void the_usual_multiple_is_a_power_of_two_that_fits() {
    assertThat(TileAxis.usualMultiple(741, 512, 64, true)).isEqualTo(32);
    assertThat(TileAxis.usualMultiple(741, 500, 64, true)).isEqualTo(4);
    assertThat(TileAxis.usualMultiple(741, 32, 16, true)).isEqualTo(16);
    assertThat(TileAxis.usualMultiple(741, 512, 64, false)).isEqualTo(1);
    assertThat(TileAxis.usualMultiple(744, 512, 64, false)).isEqualTo(8);
  }

  @ParameterizedTest
  @EnumSource(Blend.class)
  void scores_that_windows_share_become_their_weighted_mean(Blend blend) throws Exception {
    int length = 40;
    ImageSource image = Pictures.source(1, length, 13);
    OnnxModel model = SegmentModels.conv(CLASSES, 3, 1, "N", "H", "W");
    TileAxis axis = new TileAxis(length, 16, 6, 1, blend);
    assertThat(IntStream.range(0, axis.count()).map(axis::start)).containsExactly(0, 10, 20, 24);

    float[] shares =
        segment(model, sliding("16", 6, blend).multiple(1).probabilities(true), image)
            .probabilities()
            .orElseThrow()
            .toFloats();

    double[][] sums = new double[CLASSES][length];
    double[] total = new double[length];
    double[][][] pixels = Reference.normalized(Reference.colors(Pictures.random(1, length, 13)));
    for (int k = 0; k < axis.count(); k++) {
      double[][][] window = new double[3][16][16];
      for (int c = 0; c < 3; c++) {
        System.arraycopy(pixels[c][0], axis.start(k), window[c][0], 0, 16);
      }
      double[][][] scores =
          Reference.conv(
              window,
              SegmentModels.random(CLASSES * 27, 3),
              SegmentModels.random(CLASSES, 5),
              3,
              1);
      double[] weights = axis.weights(k);
      for (int x = 0; x < 16; x++) {
        total[axis.start(k) + x] += weights[x];
        for (int c = 0; c < CLASSES; c++) {
          sums[c][axis.start(k) + x] += weights[x] * scores[c][0][x];
        }
      }
    }
    for (int x = 0; x < length; x++) {
      assertThat(total[x]).isPositive();
      double all = 0;
      for (double[] sum : sums) {
        all += Math.exp(sum[x] / total[x]);
      }
      for (int c = 0; c < CLASSES; c++) {
        assertThat(shares[c * length + x])
            .isEqualTo((float) (Math.exp(sums[c][x] / total[x]) / all), within(1e-5f));
      }
    }
  }

  @Test
  void tapered_weights_add_up_to_one_where_two_windows_meet() {
    TileAxis axis = new TileAxis(26, 16, 6, 1, Blend.TAPERED);
    double[] first = axis.weights(0);
    double[] second = axis.weights(1);
    for (int i = 0; i < 6; i++) {
      assertThat(first[10 + i] + second[i]).isEqualTo(1, within(1e-12));
    }
    assertThat(first[0]).isEqualTo(1);
    assertThat(second[15]).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"45, 38, 16, 8", "15, 70, 16, 3"})
  void classes_are_cut_at_the_middle(int height, int width, String tile, int overlap)
      throws Exception {
    ImageSource image = Pictures.source(height, width, 14);

    Mask classes =
        segment(SegmentModels.classes(CLASSES), sliding(tile, overlap, Blend.UNIFORM), image)
            .mask();

    assertThat(classes).isEqualTo(segment(SegmentModels.local(CLASSES), whole(), image).mask());
  }

  @Test
  void windows_in_batches_are_windows_one_by_one() throws Exception {
    ImageSource image = Pictures.source(50, 61, 15);
    OnnxModel model = SegmentModels.conv(CLASSES, 3, 1, "N", "H", "W");
    Mask single = segment(model, sliding("16", 4, Blend.TAPERED), image).mask();

    assertThat(segment(model, sliding("16", 4, Blend.TAPERED).batch(4), image).mask())
        .isEqualTo(single);
    OnnxModel three = SegmentModels.conv(CLASSES, 3, 1, 3L, 16L, 16L);
    assertThat(segment(three, sliding("16", 4, Blend.TAPERED), image).mask()).isEqualTo(single);
  }

  @Test
  void smaller_outputs_are_scaled_to_the_window() throws Exception {
    ImageSource image = Pictures.source(32, 48, 16);
    OnnxModel model = SegmentModels.strided(CLASSES, "N", "H", "W");

    Mask one = segment(model, sliding("32x48", 0, Blend.UNIFORM), image).mask();

    assertThat(one).isEqualTo(segment(model, whole(), image).mask());
  }

  @Test
  void an_image_whose_rows_take_too_much_memory_is_refused() {
    ImageSize size = new ImageSize(20, 200_000);
    ImageSource strip = ImageSource.of("strip", size, new byte[(int) (3 * size.pixels())]);
    assertThatThrownBy(
            () -> segment(SegmentModels.local(200), sliding("16", 8, Blend.UNIFORM), strip))
        .isInstanceOf(EngineException.class)
        .hasMessageContainingAll("'strip' is 200000 pixels wide", "take less overlap");
  }

  @Test
  void windows_that_do_not_fit_are_refused() {
    assertThatThrownBy(() -> new Tiling(new ImageSize(16, 8), 5, Blend.UNIFORM))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Windows of 16x8 can share 0 to 4 pixels, not 5");
    assertThatThrownBy(
            () ->
                segment(
                    SegmentModels.conv(2, 1, 1, 1L, 16L, 16L),
                    sliding("32", 0, Blend.UNIFORM),
                    Pictures.source(8, 8, 1)))
        .isInstanceOf(EngineException.class)
        .hasMessageContainingAll("windows of 32x32", "height 16");
    assertThatThrownBy(
            () ->
                segment(
                    SegmentModels.local(2),
                    sliding("24", 12, Blend.UNIFORM).multiple(16),
                    Pictures.source(8, 8, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("24x24 that share 12 pixels cannot begin and end at multiples of 16");
    assertThatThrownBy(() -> sliding("8", 0, Blend.UNIFORM).size(new ImageSize(8, 8)).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not both");
  }
}
