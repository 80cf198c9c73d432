package io.repfold.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.check.SegmentationComparison.Overlap;
import io.repfold.check.SegmentationComparison.Region;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.HostTensor;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentationComparisonTest {
  @Test
  void a_class_is_measured_by_its_intersection_over_the_union_of_both_masks() {
    SegmentationComparison found =
        compare(
            """
            0011
            0011
            """,
            """
            0111
            0022
            """);

    assertThat(found.classes())
        .containsExactly(new Overlap(0, 3, 4), new Overlap(1, 2, 5), new Overlap(2, 0, 2));
    assertThat(found.classes()).extracting(Overlap::iou).containsExactly(0.75, 0.4, 0.0);
    assertThat(found.meanIou()).isEqualTo((0.75 + 0.4) / 3);
    assertThat(found.all()).isEqualTo(new Region(8, 3));
  }

  @Test
  void pieces_hang_together_at_corners() {
    SegmentationComparison diagonal =
        compare(
            """
            0000
            0000
            0000
            0000
            """,
            """
            1000
            0100
            0011
            1000
            """);

    assertThat(diagonal.largestComponent()).isEqualTo(4);
    assertThat(diagonal.all().changed()).isEqualTo(5);
  }

  @Test
  void pieces_do_not_go_on_behind_the_edge_of_an_image_or_in_the_next_one() {
    HostTensor reference = labels(2, 3, 4, "000000000000", "000000000000");
    HostTensor candidate = labels(2, 3, 4, "000110000001", "100010000000");

    SegmentationComparison found =
        SegmentationComparison.of(SegmentationMaps.ofLabels(reference, candidate).orElseThrow());

    // The first image has 1 at the end of a row and 1 at the beginning of the next one.
    assertThat(found.largestComponent()).isEqualTo(2);
    assertThat(found.all()).isEqualTo(new Region(24, 5));
  }

  @Test
  void the_band_is_three_pixels_wide_on_each_side_of_a_border() {
    SegmentationComparison row = compare("00000000001111", "00000000001111");

    assertThat(row.nearBorders()).isEqualTo(new Region(6, 0));
    assertThat(row.elsewhere()).isEqualTo(new Region(8, 0));
    assertThat(compare("00000000001111", "00000010001111").elsewhere().changed()).isEqualTo(1);
    assertThat(compare("00000000001111", "00000001001111").nearBorders().changed()).isEqualTo(1);
    assertThat(compare("00000000001111", "00000000001101").elsewhere().changed()).isZero();
    assertThat(compare("00000000001111", "00000000001110").elsewhere().changed()).isEqualTo(1);
  }

  @Test
  void the_band_reaches_over_corners_and_up_and_down_and_is_that_of_the_reference() {
    String reference = "1" + "0".repeat(8) + ("\n" + "0".repeat(9)).repeat(8);
    String candidate = "0".repeat(9) + ("\n" + "0".repeat(9)).repeat(7) + "\n00000000" + "1";

    SegmentationComparison found = compare(reference, candidate);

    assertThat(found.nearBorders()).isEqualTo(new Region(16, 1));
    assertThat(found.elsewhere()).isEqualTo(new Region(81 - 16, 1));
  }

  @Test
  void borders_do_not_cross_from_one_image_into_the_next() {
    HostTensor both = labels(2, 2, 2, "0000", "1111");

    SegmentationComparison found =
        SegmentationComparison.of(SegmentationMaps.ofLabels(both, both).orElseThrow());

    assertThat(found.nearBorders().pixels()).isZero();
    assertThat(found.elsewhere().pixels()).isEqualTo(8);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void scores_of_random_images_give_what_a_slow_count_gives(int axis) {
    Random random = new Random(axis);
    for (int[] size : new int[][] {{1, 1, 1}, {1, 1, 9}, {2, 7, 5}, {3, 12, 10}}) {
      long[] shape = shape(axis, 4, size);
      HostTensor reference = scores(random, shape);
      HostTensor candidate = near(random, reference, 0.6);
      double margin = 0.5;
      SegmentationMaps maps =
          SegmentationMaps.ofScores(reference, candidate, axis, margin).orElseThrow();
      SegmentationComparison found = SegmentationComparison.of(maps);

      ArgmaxAgreement agreement =
          ArgmaxAgreement.of(reference, candidate, margin, axis).orElseThrow();
      assertThat(found.all())
          .isEqualTo(new Region(agreement.positions(), agreement.disagreements()));
      assertThat(found.beyondMargin()).hasValue(agreement.beyondMargin());
      assertThat(found.nearBorders().pixels()).isEqualTo(slowBand(maps));
      assertThat(found.largestComponent()).isEqualTo(slowLargest(maps));
      assertThat(maps.images()).isEqualTo(size[0]);
      assertThat(maps.height()).isEqualTo(size[1]);
      assertThat(maps.width()).isEqualTo(size[2]);
    }
  }

  @Test
  void a_change_within_the_margin_is_counted_but_rounding_explains_it() {
    HostTensor reference = scores(1, 2, 2, 2, 0, 1.9);
    HostTensor candidate = scores(0, 2, 0, 2, 9, 2.1);

    SegmentationComparison found =
        SegmentationComparison.of(
            SegmentationMaps.ofScores(reference, candidate, 1, 0.2).orElseThrow());

    assertThat(found.all().changed()).isEqualTo(2);
    assertThat(found.beyondMargin()).hasValue(1);
  }

  @Test
  void pixels_with_nan_are_in_no_statistic() {
    HostTensor reference = scores(1, 5, Double.NaN, 1, 0, 1);
    HostTensor candidate = scores(1, 5, 9, 1, 9, 0);

    SegmentationComparison found =
        SegmentationComparison.of(
            SegmentationMaps.ofScores(reference, candidate, 1, 0).orElseThrow());

    assertThat(found.skipped()).isEqualTo(1);
    assertThat(found.all().pixels()).isEqualTo(2);
    assertThat(found.classes()).extracting(Overlap::union).containsExactly(2L, 1L);
    assertThat(
            SegmentationComparison.of(
                    SegmentationMaps.ofScores(candidate, reference, 1, 0).orElseThrow())
                .skipped())
        .isEqualTo(1);
  }

  @Test
  void labels_have_the_margin_of_their_scores() {
    HostTensor scores = scores(1, 2, 5, 2, 0, 1.9);
    HostTensor reference = HostTensor.ofLongs(new long[] {1, 0, 0}, 1, 1, 3);
    HostTensor candidate = HostTensor.ofLongs(new long[] {0, 1, 0}, 1, 1, 3);

    assertThat(beyond(reference, candidate, scores, 0.2)).hasValue(2);
    assertThat(beyond(reference, candidate, scores, 1)).hasValue(1);
    assertThat(beyond(reference, candidate, scores, 10)).hasValue(0);
    assertThat(beyond(reference, candidate, scores, 0)).hasValue(2);
    assertThat(
            SegmentationComparison.of(SegmentationMaps.ofLabels(reference, candidate).orElseThrow())
                .beyondMargin())
        .isEmpty();
  }

  private static OptionalLong beyond(
      HostTensor reference, HostTensor candidate, HostTensor scores, double margin) {
    return SegmentationComparison.of(
            SegmentationMaps.ofLabels(reference, candidate, scores, 1, margin).orElseThrow())
        .beyondMargin();
  }

  @Test
  void what_is_no_segmentation_has_no_maps() {
    HostTensor vectors = HostTensor.ofFloats(new float[6], 2, 3);
    HostTensor oneClass = HostTensor.ofFloats(new float[6], 1, 1, 2, 3);
    HostTensor images = HostTensor.ofFloats(new float[12], 1, 2, 2, 3);
    HostTensor turned = HostTensor.ofFloats(new float[12], 1, 2, 3, 2);
    HostTensor none = HostTensor.ofFloats(new float[0], 0, 2, 2, 3);
    HostTensor integers = HostTensor.ofLongs(new long[12], 1, 2, 2, 3);

    assertThat(SegmentationMaps.ofScores(vectors, vectors, 1, 0)).isEmpty();
    assertThat(SegmentationMaps.ofScores(oneClass, oneClass, 1, 0)).isEmpty();
    assertThat(SegmentationMaps.ofScores(images, turned, 1, 0)).isEmpty();
    assertThat(SegmentationMaps.ofScores(none, none, 1, 0)).isEmpty();
    assertThat(SegmentationMaps.ofScores(integers, integers, 1, 0)).isEmpty();
    assertThat(SegmentationMaps.ofScores(images, images, 0, 0)).isEmpty();
    assertThat(SegmentationMaps.ofScores(images, images, 4, 0)).isEmpty();
    assertThat(SegmentationMaps.ofScores(images, images, 1, 0)).isPresent();
    assertThat(SegmentationMaps.ofLabels(integers, integers)).isEmpty();
    assertThat(SegmentationMaps.ofLabels(vectors, vectors)).isEmpty();
    HostTensor labels = HostTensor.ofLongs(new long[6], 1, 3, 2);
    assertThat(SegmentationMaps.ofLabels(labels, labels, turned, 1, 0)).isPresent();
    assertThat(SegmentationMaps.ofLabels(labels, labels, images, 1, 0)).isEmpty();
  }

  @Test
  void images_add_up() {
    SegmentationComparison one = compare("0011", "0111");
    SegmentationComparison other = compare("2222", "2020");

    SegmentationComparison both = one.plus(other);

    assertThat(both.classes())
        .containsExactly(new Overlap(0, 1, 4), new Overlap(1, 2, 3), new Overlap(2, 2, 4));
    assertThat(both.nearBorders()).isEqualTo(new Region(4, 1));
    assertThat(both.elsewhere()).isEqualTo(new Region(4, 2));
    assertThat(both.largestComponent()).isEqualTo(1);
    assertThat(both.plus(both)).isEqualTo(one.plus(one).plus(other).plus(other));
  }

  private static SegmentationComparison compare(String reference, String candidate) {
    List<String> rows = reference.strip().lines().toList();
    return SegmentationComparison.of(
        SegmentationMaps.ofLabels(
                labels(1, rows.size(), rows.get(0).length(), reference),
                labels(1, rows.size(), rows.get(0).length(), candidate))
            .orElseThrow());
  }

  private static HostTensor labels(int images, int height, int width, String... digits) {
    long[] values =
        String.join("", digits).chars().filter(c -> c != '\n').mapToLong(c -> c - '0').toArray();
    return HostTensor.ofLongs(values, images, height, width);
  }

  /** Three pixels in a row, of two classes. */
  private static HostTensor scores(double... values) {
    return HostTensor.of(ElementType.DOUBLE, values, 1, 2, 1, 3);
  }

  private static long[] shape(int axis, int classes, int... size) {
    return switch (axis) {
      case 1 -> new long[] {size[0], classes, size[1], size[2]};
      case 2 -> new long[] {size[0], size[1], classes, size[2]};
      default -> new long[] {size[0], size[1], size[2], classes};
    };
  }

  private static HostTensor scores(Random random, long... shape) {
    int elements = 1;
    for (long size : shape) {
      elements *= (int) size;
    }
    double[] values = random.doubles(elements).toArray();
    return HostTensor.of(ElementType.FLOAT, values, shape);
  }

  private static HostTensor near(Random random, HostTensor scores, double error) {
    double[] values = scores.toDoubles();
    for (int i = 0; i < values.length; i++) {
      values[i] += error * random.nextDouble();
    }
    return HostTensor.of(ElementType.FLOAT, values, scores.shape());
  }

  private static boolean isNear(SegmentationMaps maps, int pixel, int other, int distance) {
    int plane = maps.width() * maps.height();
    int rows = Math.abs(pixel % plane / maps.width() - other % plane / maps.width());
    int columns = Math.abs(pixel % maps.width() - other % maps.width());
    return pixel / plane == other / plane && rows <= distance && columns <= distance;
  }

  private static long slowBand(SegmentationMaps maps) {
    long near = 0;
    for (int pixel = 0; pixel < maps.pixels(); pixel++) {
      boolean found = false;
      for (int other = 0; other < maps.pixels(); other++) {
        found |= isNear(maps, pixel, other, 3) && maps.reference(pixel) != maps.reference(other);
      }
      near += found ? 1 : 0;
    }
    return near;
  }

  /** By giving neighbors the same number until nothing changes. */
  private static int slowLargest(SegmentationMaps maps) {
    int[] number = new int[maps.pixels()];
    for (int pixel = 0; pixel < number.length; pixel++) {
      number[pixel] = maps.isChanged(pixel) ? pixel + 1 : 0;
    }
    boolean moved = true;
    while (moved) {
      moved = false;
      for (int pixel = 0; pixel < number.length; pixel++) {
        for (int other = 0; other < number.length; other++) {
          if (number[pixel] > 0 && number[other] > number[pixel] && isNear(maps, pixel, other, 1)) {
            number[pixel] = number[other];
            moved = true;
          }
        }
      }
    }
    int[] sizes = new int[number.length + 1];
    for (int found : number) {
      sizes[found] += found > 0 ? 1 : 0;
    }
    return Arrays.stream(sizes).max().orElse(0);
  }
}
