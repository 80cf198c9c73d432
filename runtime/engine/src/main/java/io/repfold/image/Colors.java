package io.repfold.image;

import java.util.List;

/**
 * What a network takes for colors: {@code (value / white - mean) / standard deviation}.
 *
 * @param order which channels
 * @param mean one for each channel
 * @param standardDeviation one for each channel, not 0
 * @param white what 255 becomes before normalization is 255 / white
 */
record Colors(ChannelOrder order, List<Float> mean, List<Float> standardDeviation, float white) {
  /** Values from 0 to 255, as they are. */
  static Colors raw(ChannelOrder order) {
    return order == ChannelOrder.GRAY
        ? new Colors(order, List.of(0f), List.of(1f), 1)
        : new Colors(order, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f), 1);
  }

  /** Normalizes values of one channel, from 0 to 255, in place. */
  void normalize(int channel, float[] values, int count) {
    float shift = mean.get(channel);
    float deviation = standardDeviation.get(channel);
    for (int i = 0; i < count; i++) {
      values[i] = (values[i] / white - shift) / deviation;
    }
  }
}
