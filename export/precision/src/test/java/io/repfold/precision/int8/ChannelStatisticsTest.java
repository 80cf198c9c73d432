package io.repfold.precision.int8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.repfold.graph.InvalidGraphException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Sums over samples of any number of axes, of which the second are the channels. */
class ChannelStatisticsTest {
  /** The buffer's window begins and ends within its array. */
  private static FloatBuffer inside(float... values) {
    float[] padded = new float[values.length + 5];
    Arrays.fill(padded, 1e6f);
    System.arraycopy(values, 0, padded, 3, values.length);
    return FloatBuffer.wrap(padded, 3, values.length);
  }

  @Test
  void each_element_counts_for_its_channel() {
    SplittableRandom random = new SplittableRandom(9);
    ChannelStatistics statistics = new ChannelStatistics();
    double[] sums = new double[3];
    double[] squares = new double[3];
    double[] largest = new double[3];
    int each = 0;
    for (long[] shape : new long[][] {{2, 3, 4, 5}, {1, 3}, {4, 3, 1}, {1, 3, 2, 2, 2}}) {
      int inner = 1;
      for (int i = 2; i < shape.length; i++) {
        inner *= (int) shape[i];
      }
      float[] values = new float[(int) shape[0] * 3 * inner];
      for (int n = 0; n < shape[0]; n++) {
        for (int c = 0; c < 3; c++) {
          for (int i = 0; i < inner; i++) {
            float value = (float) ((c + 1) * random.nextDouble(-2, 1));
            values[(n * 3 + c) * inner + i] = value;
            sums[c] += value;
            squares[c] += (double) value * value;
            largest[c] = Math.max(largest[c], Math.abs(value));
          }
        }
      }
      each += (int) shape[0] * inner;
      FloatBuffer buffer = inside(values);
      statistics.accept(buffer, shape);
      assertThat(buffer.position()).isEqualTo(3);
    }
    assertThat(statistics.channels()).isEqualTo(3);
    for (int c = 0; c < 3; c++) {
      assertThat(statistics.mean(c)).isEqualTo(sums[c] / each);
      assertThat(statistics.meanSquare(c)).isEqualTo(squares[c] / each);
      assertThat(statistics.largest(c)).isEqualTo(largest[c]);
    }
    assertThat(statistics.sumOfSquares()).isEqualTo(squares[0] + squares[1] + squares[2]);
  }

  @Test
  void without_elements_there_is_nothing_and_any_channels_may_follow() {
    ChannelStatistics statistics = new ChannelStatistics();
    assertThat(statistics.sumOfSquares()).isZero();
    statistics.accept(FloatBuffer.allocate(0), 0, 2, 4);
    assertThat(statistics.mean(1)).isZero();
    assertThat(statistics.meanSquare(1)).isZero();
    statistics.accept(FloatBuffer.allocate(0), 1, 2, 0);
    statistics.accept(FloatBuffer.wrap(new float[] {1, 2, 3}), 1, 3);
    assertThat(statistics.mean(2)).isEqualTo(3);
    statistics.accept(FloatBuffer.allocate(0), 0, 3, 4);
    assertThat(statistics.mean(2)).isEqualTo(3);
    assertThatExceptionOfType(InvalidGraphException.class)
        .isThrownBy(() -> statistics.accept(FloatBuffer.allocate(2), 1, 2))
        .withMessageContaining("2 channels and another had 3");
  }

  @Test
  void what_is_no_number_makes_the_sums_so() {
    ChannelStatistics statistics = new ChannelStatistics();
    statistics.accept(FloatBuffer.wrap(new float[] {Float.NaN, -1}), 1, 2);
    assertThat(statistics.mean(0)).isNaN();
    assertThat(statistics.largest(0)).isNaN();
    assertThat(statistics.mean(1)).isEqualTo(-1);
    assertThat(statistics.sumOfSquares()).isNaN();
  }
}
