package io.repfold.precision.int8;

import io.repfold.precision.Check;
import java.nio.FloatBuffer;

/**
 * Sums and largest magnitudes of a tensor's channels (axis 1) after some samples. Elements that are
 * no numbers make the sums so. Not safe for use by several threads at once.
 */
final class ChannelStatistics {
  private double[] sums = new double[0];
  private double[] squares = new double[0];
  private double[] largest = new double[0];
  private long each;

  /**
   * Adds a tensor.
   *
   * @param shape at least two dimensions, with as many channels each time
   */
  void accept(FloatBuffer values, long... shape) {
    int channels = Math.toIntExact(shape[1]);
    if (each == 0) {
      sums = new double[channels];
      squares = new double[channels];
      largest = new double[channels];
    }
    Check.that(
        channels == sums.length,
        "A sample has %d channels and another had %d; calibrate with samples of one kind",
        channels,
        sums.length);
    int total = values.remaining();
    int batch = Math.toIntExact(shape[0]);
    int inner = total == 0 ? 0 : total / (batch * channels);
    int first = values.position();
    for (int i = 0; i < total; i++) {
      int channel = i / inner % channels;
      double value = values.get(first + i);
      sums[channel] += value;
      squares[channel] += value * value;
      largest[channel] = Math.max(largest[channel], Math.abs(value));
    }
    each += (long) batch * inner;
  }

  int channels() {
    return sums.length;
  }

  /** The mean of a channel. */
  double mean(int channel) {
    return each == 0 ? 0 : sums[channel] / each;
  }

  /** The mean of a channel's squares. */
  double meanSquare(int channel) {
    return each == 0 ? 0 : squares[channel] / each;
  }

  /** The largest magnitude in a channel. */
  double largest(int channel) {
    return largest[channel];
  }

  /** The sum of all squares. */
  double sumOfSquares() {
    double sum = 0;
    for (double square : squares) {
      sum += square;
    }
    return sum;
  }
}
