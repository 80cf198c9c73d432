package io.repfold.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.repfold.images.RgbImage;
import io.repfold.images.RgbValues;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class TransformTest {
  @Test
  void validation_keeps_the_middle_of_the_short_side() {
    RgbImage wide = TestImages.image(50, 20, (x, y) -> 0);
    RgbImage tall = TestImages.image(20, 50, (x, y) -> 0);

    assertThat(CenterCrop.of(wide, OptionalInt.of(30)))
        .isEqualTo(new CropGeometry(30, 30, 30, 75, 0, 0, 22, false));
    assertThat(CenterCrop.of(tall, OptionalInt.of(30)))
        .isEqualTo(new CropGeometry(30, 30, 75, 30, 0, 22, 0, false));
    assertThat(CenterCrop.of(wide, OptionalInt.empty()))
        .isEqualTo(new CropGeometry(20, 50, 20, 50, 0, 0, 0, false));
  }

  @Test
  void values_are_normalized_by_channel_and_lie_plane_by_plane() {
    RgbImage image = TestImages.image(2, 1, (x, y) -> x == 0 ? 0x0000ff : 0xff8000);

    float[] values = Normalization.VOC.apply(image);

    assertThat(values).hasSize(6);
    assertThat(values[0]).isCloseTo((float) ((0 - 0.45734706) / 0.23965294), within(1e-6f));
    assertThat(values[1]).isCloseTo((float) ((1 - 0.45734706) / 0.23965294), within(1e-6f));
    assertThat(values[3])
        .isCloseTo((float) ((128 / 255.0 - 0.43338275) / 0.23532275), within(1e-6f));
    assertThat(values[4]).isCloseTo((float) ((1 - 0.40058118) / 0.2398498), within(1e-6f));
  }

  /** The same image with 257 times each value, so that white is 65535. */
  private static RgbImage deep(RgbImage image) {
    RgbValues values = new RgbValues.Words(new short[image.rgb().length()]);
    for (int i = 0; i < values.length(); i++) {
      values.set(i, 257 * image.rgb().get(i));
    }
    return new RgbImage(image.height(), image.width(), values);
  }

  @Test
  void images_of_16_bits_are_transformed_as_those_of_8() {
    var random = new SplittableRandom(5);
    RgbImage image = TestImages.image(7, 5, (x, y) -> random.nextInt(1 << 24));
    var example = new Example("a", image, LabelMap.ofImage(0));
    var wide = new Example("a", deep(image), LabelMap.ofImage(0));
    var turned = new CropGeometry(9, 8, 9, 8, 10, 0, 0, true);

    assertThat(Normalization.VOC.apply(deep(image))).isEqualTo(Normalization.VOC.apply(image));
    assertClose(turned.apply(wide, 0).image(), turned.apply(example, 0).image());
    assertClose(GaussianBlur.apply(deep(image), 1.4), GaussianBlur.apply(image, 1.4));
    var jitter = new Jitter(0.9, 0.9, 0.9);
    for (int seed = 0; seed < 20; seed++) {
      assertClose(
          jitter.apply(deep(image), new SplittableRandom(seed)),
          jitter.apply(image, new SplittableRandom(seed)));
    }
  }

  private static void assertClose(RgbImage deep, RgbImage shallow) {
    assertThat(deep.rgb().white()).isEqualTo(65535);
    for (int i = 0; i < shallow.rgb().length(); i++) {
      assertThat(deep.rgb().get(i) / 257.0)
          .as("value %d", i)
          .isCloseTo(shallow.rgb().get(i), within(0.51));
    }
  }

  @Test
  void the_kernel_of_the_blur_grows_with_sigma() {
    assertThat(GaussianBlur.kernel(0)).containsExactly(1);
    assertThat(GaussianBlur.kernel(0.6)).hasSize(1);
    assertThat(GaussianBlur.kernel(0.61)).hasSize(3);
    assertThat(GaussianBlur.kernel(1.2)).hasSize(3);
    assertThat(GaussianBlur.kernel(1.22)).hasSize(5);
    float[] kernel = GaussianBlur.kernel(1);
    assertThat(kernel[1] / kernel[0]).isCloseTo((float) Math.exp(0.5), within(1e-6f));
    assertThat(kernel[0] + kernel[1] + kernel[2]).isCloseTo(1, within(1e-6f));
  }

  @Test
  void the_blur_spreads_a_point_and_mirrors_at_the_border() {
    RgbImage point = TestImages.image(5, 5, (x, y) -> x == 1 && y == 0 ? 0xff0000 : 0);

    RgbImage blurred = GaussianBlur.apply(point, 1);

    float[] kernel = GaussianBlur.kernel(1);
    assertThat(blurred.at(0, 1, 0)).isEqualTo(Math.round(255 * kernel[1] * kernel[1]));
    assertThat(blurred.at(1, 2, 0)).isEqualTo(Math.round(255 * kernel[0] * kernel[0]));
    // Column -1 is column 1: the point is counted twice.
    assertThat(blurred.at(0, 0, 0)).isEqualTo(Math.round(255 * kernel[1] * 2 * kernel[0]));
    assertThat(blurred.at(0, 3, 0)).isZero();
    assertThat(blurred.at(0, 1, 1)).isZero();
  }

  @Test
  void a_constant_image_survives_every_blur() {
    for (int size = 1; size < 6; size++) {
      RgbImage image = TestImages.image(size, 6 - size, (x, y) -> 0xfe8001);
      for (double sigma = 0; sigma < 5; sigma += 0.3) {
        assertThat(GaussianBlur.apply(image, sigma).rgb()).isEqualTo(image.rgb());
      }
    }
  }

  @Test
  void brightness_scales_within_its_range() {
    RgbImage gray = TestImages.image(1, 1, (x, y) -> TestImages.gray(100));
    var jitter = new Jitter(0.2, 0, 0);
    Set<Integer> seen = new TreeSet<>();
    for (int i = 0; i < 3000; i++) {
      seen.add(jitter.apply(gray, Streams.of(0, 0, i)).at(0, 0, 0));
    }
    assertThat(seen).contains(80, 120).allMatch(value -> value >= 80 && value <= 120);
  }

  @Test
  void contrast_and_saturation_keep_gray_images_and_means() {
    RgbImage gray = TestImages.image(4, 4, (x, y) -> TestImages.gray(90));
    RgbImage pair = TestImages.image(2, 1, (x, y) -> TestImages.gray(x == 0 ? 80 : 120));

    assertThat(new Jitter(0, 1, 1).apply(gray, new SplittableRandom(2)).rgb())
        .isEqualTo(gray.rgb());
    RgbImage spread = new Jitter(0, 1, 0).apply(pair, new SplittableRandom(2));
    assertThat(spread.at(0, 0, 0) + spread.at(0, 1, 0)).isBetween(199, 201);
    assertThat(spread.at(0, 0, 0)).isNotEqualTo(80);
  }

  @Test
  void saturation_keeps_the_luminance() {
    RgbImage image = TestImages.image(1, 1, (x, y) -> 0x806040);
    for (int i = 0; i < 100; i++) {
      RgbImage result = new Jitter(0, 0, 0.5).apply(image, Streams.of(1, 0, i));
      double before = 0.299 * 0x80 + 0.587 * 0x60 + 0.114 * 0x40;
      double after =
          0.299 * result.at(0, 0, 0) + 0.587 * result.at(0, 0, 1) + 0.114 * result.at(0, 0, 2);
      assertThat(after).isCloseTo(before, within(0.6));
    }
  }
}
