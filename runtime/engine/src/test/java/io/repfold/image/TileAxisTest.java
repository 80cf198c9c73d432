package io.repfold.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.repfold.image.Tiling.Blend;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Where windows lie, by what must hold of every layout. */
class TileAxisTest {
  /** An axis that was drawn, with what it was drawn for. */
  private record Drawn(int image, int tile, int overlap, int multiple, TileAxis axis) {
    static Drawn of(SplittableRandom random, Blend blend) {
      int multiple = 1 << random.nextInt(4);
      int tile = multiple * (1 + random.nextInt(6));
      int overlap = Math.min(random.nextInt(tile / 2 + 1), tile - multiple);
      int image = 1 + random.nextInt(120);
      return new Drawn(
          image, tile, overlap, multiple, new TileAxis(image, tile, overlap, multiple, blend));
    }
  }

  @ParameterizedTest
  @EnumSource
  void every_layout_covers_the_image_with_the_fewest_windows_that_share_enough(Blend blend) {
    SplittableRandom random = new SplittableRandom(31);
    for (int trial = 0; trial < 2000; trial++) {
      Drawn drawn = Drawn.of(random, blend);
      TileAxis axis = drawn.axis;
      int last = axis.count() - 1;
      String label = drawn.toString();

      assertThat(axis.length()).as(label).isBetween(drawn.image, drawn.image + drawn.multiple - 1);
      assertThat(axis.length() % drawn.multiple).as(label).isZero();
      assertThat(axis.extent()).as(label).isEqualTo(Math.min(drawn.tile, axis.length()));
      assertThat(axis.start(0)).as(label).isZero();
      assertThat(axis.start(last) + axis.extent()).as(label).isEqualTo(axis.length());
      assertThat(axis.isLast(last)).as(label).isTrue();
      int most = 0;
      for (int k = 0; k < last; k++) {
        assertThat(axis.isLast(k)).as(label).isFalse();
        assertThat(axis.start(k) % drawn.multiple).as(label).isZero();
        assertThat(axis.start(k + 1)).as(label).isGreaterThan(axis.start(k));
        int shared = axis.start(k) + axis.extent() - axis.start(k + 1);
        assertThat(shared).as(label).isGreaterThanOrEqualTo(drawn.overlap);
        assertThat(axis.shared(k)).as(label).isEqualTo(shared);
        most = Math.max(most, shared);
      }
      assertThat(axis.shared(last)).as(label).isZero();
      assertThat(axis.mostShared()).as(label).isEqualTo(most);
      assertThat(axis.count()).as(label).isEqualTo(fewest(drawn));
    }
  }

  /** Goes as far as it may with each window, until one reaches the end. */
  private static int fewest(Drawn drawn) {
    int windows = 1;
    for (int end = drawn.tile; end < drawn.axis.length(); windows++) {
      int next = end - drawn.overlap;
      while (next % drawn.multiple != 0) {
        next--;
      }
      end = next + drawn.tile;
    }
    return windows;
  }

  /** Where one or two windows show a place, their weights there are known from the blend alone. */
  @ParameterizedTest
  @EnumSource
  void every_place_has_a_weight(Blend blend) {
    SplittableRandom random = new SplittableRandom(32);
    for (int trial = 0; trial < 500; trial++) {
      Drawn drawn = Drawn.of(random, blend);
      TileAxis axis = drawn.axis;
      double[] total = new double[axis.length()];
      int[] deciding = new int[axis.length()];
      int[] shown = new int[axis.length()];
      for (int k = 0; k < axis.count(); k++) {
        double[] weights = axis.weights(k);
        assertThat(weights).hasSize(axis.extent());
        for (int i = 0; i < weights.length; i++) {
          assertThat(weights[i]).isBetween(0.0, 1.0);
          total[axis.start(k) + i] += weights[i];
          deciding[axis.start(k) + i] += weights[i] > 0 ? 1 : 0;
          shown[axis.start(k) + i]++;
        }
      }
      for (int x = 0; x < total.length; x++) {
        String label = "%s at %d".formatted(drawn, x);
        assertThat(total[x]).as(label).isPositive();
        switch (blend) {
          case UNIFORM -> assertThat(total[x]).as(label).isEqualTo(shown[x]);
          case TAPERED -> {
            if (shown[x] <= 2) {
              assertThat(total[x]).as(label).isEqualTo(1, within(1e-12));
            }
          }
          case CENTER -> {
            if (shown[x] <= 2) {
              assertThat(deciding[x]).as(label).isEqualTo(1);
            }
          }
        }
      }
    }
  }

  /** Of what two windows share, each decides the half that lies farther from its own edge. */
  @Test
  void a_cut_at_the_middle_leaves_each_window_its_half() {
    TileAxis axis = new TileAxis(26, 16, 6, 1, Blend.CENTER);
    double[] first = axis.weights(0);
    double[] second = axis.weights(1);
    for (int i = 0; i < 16; i++) {
      assertThat(first[i]).as("first at " + i).isEqualTo(i < 13 ? 1 : 0);
      assertThat(second[i]).as("second at " + i).isEqualTo(i < 3 ? 0 : 1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 512, 0, true, 32",
    "512, 512, 496, true, 16",
    "512, 512, 481, true, 16",
    "512, 512, 480, true, 32",
    "96, 24, 8, true, 8",
    "96, 24, 20, true, 4",
    "7, 33, 0, true, 1",
    "48, 512, 0, false, 16",
    "49, 512, 0, false, 1",
    "64, 512, 511, false, 1"
  })
  void the_usual_multiple_leaves_room_for_a_step(
      int image, int tile, int overlap, boolean padded, int expected) {
    assertThat(TileAxis.usualMultiple(image, tile, overlap, padded)).isEqualTo(expected);
  }
}
