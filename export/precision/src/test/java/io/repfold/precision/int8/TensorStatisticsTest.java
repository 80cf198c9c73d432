package io.repfold.precision.int8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.InvalidGraphException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TensorStatisticsTest {
  private static TensorStatistics of(float... values) {
    TensorStatistics statistics = new TensorStatistics();
    statistics.accept(FloatBuffer.wrap(values));
    return statistics;
  }

  @Test
  void range_and_counts_are_those_of_all_parts() {
    TensorStatistics statistics = of(0.25f, -3);
    statistics.accept(FloatBuffer.wrap(new float[] {9, 5, 1, 8}, 1, 2));

    assertThat(statistics.count()).isEqualTo(4);
    assertThat(statistics.min()).isEqualTo(-3);
    assertThat(statistics.max()).isEqualTo(5);
    assertThat(statistics.largest()).isEqualTo(5);
  }

  @Test
  void numbers_that_are_none_are_counted_and_not_measured() {
    TensorStatistics statistics =
        of(1, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -2);

    assertThat(statistics.nans()).isEqualTo(1);
    assertThat(statistics.infinities()).isEqualTo(2);
    assertThat(statistics.count()).isEqualTo(2);
    assertThat(statistics.min()).isEqualTo(-2);
    assertThat(statistics.max()).isEqualTo(1);
    assertThatThrownBy(() -> statistics.requireUsable("y"))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessageContaining("'y' was NaN 1 times and infinite 2 times");
    assertThatThrownBy(() -> new TensorStatistics().requireUsable("y"))
        .hasMessageContaining("no sample was run");
  }

  /** Bins merge in pairs while the range grows: no order may shift a number into another bin. */
  @Test
  void the_histogram_does_not_depend_on_the_order() {
    List<Float> values = new ArrayList<>();
    Random random = new Random(5);
    for (int i = 0; i < 3000; i++) {
      values.add((float) (random.nextGaussian() * Math.pow(2, random.nextInt(12) - 6)));
    }
    Collections.sort(values);
    Histogram growing = new Histogram();
    values.stream().sorted((a, b) -> Float.compare(Math.abs(a), Math.abs(b))).forEach(growing::add);
    Histogram shrinking = new Histogram();
    values.stream()
        .sorted((a, b) -> Float.compare(Math.abs(b), Math.abs(a)))
        .forEach(shrinking::add);

    assertThat(growing.limit()).isEqualTo(shrinking.limit());
    long total = 0;
    for (int i = 0; i < Histogram.BINS; i++) {
      assertThat(growing.above(i)).as("bin %d", i).isEqualTo(shrinking.above(i));
      assertThat(growing.below(i)).as("bin -%d", i).isEqualTo(shrinking.below(i));
      total += growing.both(i);
    }
    assertThat(total).isEqualTo(3000);
  }

  @Test
  void every_number_lies_in_its_bin() {
    Histogram histogram = new Histogram();
    histogram.add(0);
    assertThat(histogram.limit()).isZero();
    histogram.add(-3);
    histogram.add(1e-30);

    assertThat(histogram.limit()).isEqualTo(4);
    assertThat(histogram.below(3 * Histogram.BINS / 4)).isEqualTo(1);
    assertThat(histogram.above(0)).isEqualTo(1);
    histogram.add(4);
    assertThat(histogram.limit()).isEqualTo(8);
    assertThat(histogram.below(3 * Histogram.BINS / 8)).isEqualTo(1);
    assertThat(histogram.above(Histogram.BINS / 2)).isEqualTo(1);
  }

  @Test
  void channels_are_axis_one() {
    ChannelStatistics statistics = new ChannelStatistics();
    statistics.accept(FloatBuffer.wrap(new float[] {1, 2, 3, 4, 5, 6, 7, -8}), 2, 2, 2);
    statistics.accept(FloatBuffer.wrap(new float[] {1, 1, 0, 0}), 1, 2, 1, 2);

    assertThat(statistics.mean(0)).isEqualTo((1 + 2 + 5 + 6 + 1 + 1) / 6.0);
    assertThat(statistics.mean(1)).isEqualTo((3 + 4 + 7 - 8) / 6.0);
    assertThat(statistics.largest(1)).isEqualTo(8);
    assertThat(statistics.meanSquare(1)).isEqualTo((9 + 16 + 49 + 64) / 6.0);
    assertThat(statistics.sumOfSquares()).isEqualTo(1 + 4 + 25 + 36 + 2 + 9 + 16 + 49 + 64);
    assertThatThrownBy(() -> statistics.accept(FloatBuffer.allocate(3), 1, 3, 1))
        .hasMessageContaining("3 channels and another had 2");
  }
}
