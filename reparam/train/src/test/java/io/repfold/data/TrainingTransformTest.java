package io.repfold.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.images.RgbImage;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TrainingTransformTest {
  private static final int IGNORED = 255;

  static IntStream seeds() {
    return IntStream.range(0, 200);
  }

  /** Cells of white (label 1) and black (label 0). */
  private static Example checkerboard(int shift) {
    return new Example(
        "checkerboard",
        TestImages.image(61, 43, (x, y) -> TestImages.gray(255 * cell(x, y))),
        TestImages.labels(61, 43, (x, y) -> cell(x + shift, y)));
  }

  private static int cell(int x, int y) {
    return (x / 9 + y / 7) % 2;
  }

  /** Pixels that are neither padding nor in the middle of an edge, and disagree with the image. */
  private static int disagreements(Example example) {
    int wrong = 0;
    for (int y = 0; y < example.labels().height(); y++) {
      for (int x = 0; x < example.labels().width(); x++) {
        int label = example.labels().at(y, x);
        int value = example.image().at(y, x, 0);
        if (label == IGNORED) {
          wrong += value == 0 ? 0 : 1;
        } else if (Math.abs(value - 127.5) > 1) {
          wrong += label == (value > 127 ? 1 : 0) ? 0 : 1;
        }
      }
    }
    return wrong;
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void labels_stay_on_the_image(int seed) {
    var transform = training(geometry(seed));

    Example result = transform.apply(checkerboard(0), new SplittableRandom(seed));

    assertThat(disagreements(result)).isZero();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_shift_of_one_pixel_is_noticed(int seed) {
    var transform = training(geometry(seed));

    Example result = transform.apply(checkerboard(1), new SplittableRandom(seed));

    assertThat(disagreements(result)).isPositive();
  }

  private static Map<String, Object> geometry(int seed) {
    Map<String, Object> arguments = new HashMap<>();
    arguments.put("rotate", seed % 2 == 1);
    arguments.put("flip", seed % 3 != 0);
    if (seed % 5 != 0) {
      arguments.put("base_size", 60 + seed % 40);
    }
    if (seed % 7 != 0) {
      arguments.put("crop_size", 30 + seed % 60);
    }
    return arguments;
  }

  /** On a ramp, an interpolated value says where it was taken, to a fraction of a pixel. */
  @Test
  void labels_are_not_shifted_by_a_part_of_a_pixel() {
    Example columns =
        new Example(
            "columns",
            TestImages.image(80, 50, (x, y) -> TestImages.gray(3 * x)),
            TestImages.labels(80, 50, (x, y) -> x));
    Example rows =
        new Example(
            "rows",
            TestImages.image(80, 50, (x, y) -> TestImages.gray(5 * y)),
            TestImages.labels(80, 50, (x, y) -> y));
    for (int seed = 0; seed < 100; seed++) {
      var transform = training(Map.of("base_size", 131, "rotate", true, "crop_size", 120));
      assertThat(meanShift(transform.apply(columns, new SplittableRandom(seed)), 3, 80))
          .as("seed %d", seed)
          .isBetween(-0.05, 0.05);
      assertThat(meanShift(transform.apply(rows, new SplittableRandom(seed)), 5, 50))
          .as("seed %d", seed)
          .isBetween(-0.05, 0.05);
    }
  }

  private static double meanShift(Example example, int slope, int size) {
    double sum = 0;
    double furthest = 0;
    int count = 0;
    for (int i = 0; i < example.labels().values().length; i++) {
      int label = example.labels().values()[i];
      double source = example.image().rgb().get(3 * i) / (double) slope;
      if (label != IGNORED && label > 0 && label < size - 1) {
        furthest = Math.max(furthest, Math.abs(label - source));
        sum += label - source;
        count++;
      }
    }
    assertThat(furthest).isLessThanOrEqualTo(0.5 + 0.5 / slope + 1e-9);
    return sum / count;
  }

  @Test
  void draws_cover_their_ranges_and_no_more() {
    var transform = training(Map.of("base_size", 21, "rotate", true, "crop_size", 8, "flip", true));
    RgbImage image = checkerboard(0).image();
    Set<Integer> sides = new TreeSet<>();
    Set<Integer> angles = new TreeSet<>();
    Set<Integer> lefts = new TreeSet<>();
    int mirrored = 0;
    for (int i = 0; i < 20_000; i++) {
      CropGeometry placement = transform.place(image, Streams.of(3, 0, i));
      int side = placement.canvasWidth();
      sides.add(side);
      angles.add(placement.degrees());
      if (side == 21) {
        lefts.add(placement.left());
      }
      mirrored += placement.mirrored() ? 1 : 0;
      assertThat(placement.canvasHeight()).isEqualTo((int) (side * 43 / 61.0 + 0.5));
      assertThat(placement.top()).isBetween(0, Math.max(0, placement.canvasHeight() - 8));
    }
    assertThat(sides).containsExactlyElementsOf(IntStream.rangeClosed(10, 42).boxed().toList());
    assertThat(angles).containsExactlyElementsOf(IntStream.rangeClosed(-10, 10).boxed().toList());
    assertThat(lefts).containsExactlyElementsOf(IntStream.rangeClosed(0, 13).boxed().toList());
    assertThat(mirrored).isBetween(9_700, 10_300);
  }

  @Test
  void the_long_side_is_the_height_of_a_tall_image() {
    RgbImage tall = TestImages.image(10, 20, (x, y) -> 0);

    CropGeometry placement =
        training(Map.of("base_size", 50, "scale", false)).place(tall, new SplittableRandom(1));

    assertThat(placement.canvasHeight()).isEqualTo(50);
    assertThat(placement.canvasWidth()).isEqualTo(25);
  }

  @Test
  void without_a_base_size_a_given_range_scales_the_image_itself() {
    RgbImage image = TestImages.image(100, 50, (x, y) -> 0);
    var transform = training(Map.of("scale_range", java.util.List.of(0.7, 2.1)));
    Set<Integer> sides = new TreeSet<>();
    for (int i = 0; i < 5000; i++) {
      sides.add(transform.place(image, Streams.of(0, 0, i)).canvasWidth());
    }
    assertThat(sides).contains(70, 210).allMatch(side -> side >= 70 && side <= 210);
  }

  @Test
  void no_label_appears_that_was_not_there() {
    var random = new SplittableRandom(11);
    for (int i = 0; i < 4000; i++) {
      int width = 1 + random.nextInt(40);
      int height = 1 + random.nextInt(40);
      Set<Integer> known = new TreeSet<>(Set.of(IGNORED));
      LabelMap labels =
          TestImages.labels(
              width,
              height,
              (x, y) -> {
                int label = 3 * random.nextInt(80);
                known.add(label);
                return label;
              });
      var image = TestImages.image(width, height, (x, y) -> random.nextInt(1 << 24));
      var transform =
          training(
              Map.of(
                  "base_size", 1 + random.nextInt(50),
                  "rotate", random.nextBoolean(),
                  "crop_size", 1 + random.nextInt(40),
                  "blur", random.nextBoolean(),
                  "color", random.nextBoolean()));
      Example result = transform.apply(new Example("any", image, labels), random);
      Set<Integer> found = new TreeSet<>();
      for (int label : result.labels().toIntArray()) {
        found.add(label);
      }
      assertThat(known).containsAll(found);
    }
  }

  @Test
  void padding_is_ignored_unless_it_has_a_label_of_its_own() {
    Map<String, Object> larger = Map.of("crop_size", 70, "flip", false);
    Map<String, Object> original = Map.of("crop_size", 70, "flip", false, "pad_label", 0);
    Example example = checkerboard(0);

    LabelMap ignored = training(larger).apply(example, new SplittableRandom(1)).labels();
    LabelMap background = training(original).apply(example, new SplittableRandom(1)).labels();

    assertThat(ignored.at(0, 9)).isEqualTo(1);
    assertThat(ignored.at(42, 61)).isEqualTo(IGNORED);
    assertThat(ignored.at(43, 60)).isEqualTo(IGNORED);
    assertThat(background.at(43, 60)).isZero();
  }

  @Test
  void blur_and_color_leave_the_labels_alone() {
    var plain = training(Map.of("base_size", 60, "crop_size", 40));
    var changed = training(Map.of("base_size", 60, "crop_size", 40, "blur", true, "color", 0.5));

    Example a = plain.apply(checkerboard(0), new SplittableRandom(4));
    Example b = changed.apply(checkerboard(0), new SplittableRandom(4));

    assertThat(b.labels().values()).isEqualTo(a.labels().values());
    assertThat(b.image().rgb()).isNotEqualTo(a.image().rgb());
  }

  private static TrainingTransform training(Map<String, Object> changes) {
    Map<String, Object> arguments = new HashMap<>(changes);
    arguments.put("data_dir", "data");
    arguments.put("split", "train");
    arguments.put("batch_size", 1);
    arguments.put("augment", true);
    return new TrainingTransform(LoaderArguments.parse(arguments).augmentation(), IGNORED);
  }
}
