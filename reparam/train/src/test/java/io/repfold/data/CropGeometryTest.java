package io.repfold.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.images.RgbImage;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CropGeometryTest {
  private static final int IGNORED = 255;

  @Test
  void a_whole_image_stays_as_it_is() {
    Example example = random(7, 5);

    Example placed = CropGeometry.whole(example.image()).apply(example, IGNORED);

    assertThat(placed.image().rgb()).isEqualTo(example.image().rgb());
    assertThat(placed.labels().values()).isEqualTo(example.labels().values());
  }

  @Test
  void doubling_interpolates_between_pixel_centers() {
    Example example =
        new Example(
            "ramp",
            TestImages.image(2, 1, (x, y) -> TestImages.gray(100 * x)),
            TestImages.labels(2, 1, (x, y) -> x));

    Example placed = CropGeometry.scaled(1, 4).apply(example, IGNORED);

    assertThat(reds(placed.image())).containsExactly(0, 25, 75, 100);
    assertThat(placed.labels().toIntArray()).containsExactly(0, 0, 1, 1);
  }

  @Test
  void thirds_are_taken_from_their_centers() {
    Example example =
        new Example(
            "ramp",
            TestImages.image(1, 9, (x, y) -> TestImages.gray(10 * y)),
            TestImages.labels(1, 9, (x, y) -> y));

    Example placed = CropGeometry.scaled(3, 1).apply(example, IGNORED);

    assertThat(reds(placed.image())).containsExactly(10, 40, 70);
    assertThat(placed.labels().toIntArray()).containsExactly(1, 4, 7);
  }

  @Test
  void a_quarter_turn_goes_counter_clockwise_about_the_center() {
    Example example = random(6, 6);
    var turn = new CropGeometry(6, 6, 6, 6, 90, 0, 0, false);

    Example placed = turn.apply(example, IGNORED);

    for (int y = 0; y < 6; y++) {
      for (int x = 0; x < 6; x++) {
        assertThat(placed.labels().at(y, x)).isEqualTo(example.labels().at(x, 5 - y));
        assertThat(placed.image().at(y, x, 1)).isEqualTo(example.image().at(x, 5 - y, 1));
      }
    }
  }

  @Test
  void cutting_mirrors_after_it_has_moved() {
    Example example = random(6, 5);
    var cut = new CropGeometry(3, 4, 5, 6, 0, 2, 1, true);

    Example placed = cut.apply(example, IGNORED);

    for (int y = 0; y < 3; y++) {
      for (int x = 0; x < 4; x++) {
        assertThat(placed.labels().at(y, x)).isEqualTo(example.labels().at(2 + y, 1 + 3 - x));
        assertThat(placed.image().at(y, x, 2)).isEqualTo(example.image().at(2 + y, 1 + 3 - x, 2));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 255})
  void what_is_outside_is_black_and_padding(int padLabel) {
    Example example =
        new Example(
            "white",
            TestImages.image(5, 3, (x, y) -> 0xffffff),
            TestImages.labels(5, 3, (x, y) -> 7));
    var larger = new CropGeometry(8, 8, 3, 5, 0, 0, 0, false);

    Example placed = larger.apply(example, padLabel);

    for (int y = 0; y < 8; y++) {
      for (int x = 0; x < 8; x++) {
        boolean inside = y < 3 && x < 5;
        assertThat(placed.labels().at(y, x)).isEqualTo(inside ? 7 : padLabel);
        assertThat(placed.image().at(y, x, 0)).isEqualTo(inside ? 255 : 0);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-180, -45, -10, -1, 0, 3, 10, 90})
  void image_and_labels_have_the_same_border_after_a_turn(int degrees) {
    Example example =
        new Example(
            "white",
            TestImages.image(23, 17, (x, y) -> 0xffffff),
            TestImages.labels(23, 17, (x, y) -> 7));
    var turned = new CropGeometry(40, 50, 31, 42, degrees, 0, 0, false);

    Example placed = turned.apply(example, IGNORED);

    int border = 0;
    for (int y = 0; y < 40; y++) {
      for (int x = 0; x < 50; x++) {
        boolean black = placed.image().at(y, x, 0) == 0;
        assertThat(placed.labels().at(y, x)).isEqualTo(black ? IGNORED : 7);
        border += black ? 1 : 0;
        assertThat(black || (y < 31 && x < 42)).isTrue();
      }
    }
    assertThat(border).isGreaterThanOrEqualTo(40 * 50 - 31 * 42);
  }

  @Test
  void the_class_of_an_image_is_kept() {
    Example example = new Example("a", random(6, 6).image(), LabelMap.ofImage(3));

    Example placed = CropGeometry.scaled(3, 3).apply(example, IGNORED);

    assertThat(placed.labels().toIntArray()).containsExactly(3);
  }

  @Test
  void a_result_too_large_for_memory_is_refused() {
    assertThatThrownBy(() -> CropGeometry.scaled(20_000, 30_000))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("30000 x 20000")
        .hasMessageContaining("crop_size");
  }

  private static int[] reds(RgbImage image) {
    int[] reds = new int[image.height() * image.width()];
    java.util.Arrays.setAll(reds, i -> image.rgb().get(3 * i));
    return reds;
  }

  private static Example random(int width, int height) {
    var random = new SplittableRandom(5);
    return new Example(
        "random",
        TestImages.image(width, height, (x, y) -> random.nextInt(1 << 24)),
        TestImages.labels(width, height, (x, y) -> random.nextInt(200)));
  }
}
