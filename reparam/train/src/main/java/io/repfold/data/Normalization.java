package io.repfold.data;

import io.repfold.images.RgbImage;
import io.repfold.images.RgbValues;
import java.util.List;

/**
 * (x / white - mean) / std, for each of the channels R, G, B.
 *
 * @param mean of x / white
 * @param std of x / white, above 0
 */
public record Normalization(List<Double> mean, List<Double> std) {
  /** Of PASCAL VOC 2012. */
  static final Normalization VOC =
      new Normalization(
          List.of(0.45734706, 0.43338275, 0.40058118), List.of(0.23965294, 0.23532275, 0.2398498));

  public Normalization {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    if (mean.size() != 3 || std.size() != 3) {
      throw new DataException("mean and std take 3 numbers each, found %s and %s", mean, std);
    }
    for (double deviation : std) {
      if (!(deviation > 0)) {
        throw new DataException("std takes numbers above 0, found %s", std);
      }
    }
  }

  /** What each value of a channel becomes. */
  private float[] table(int channel, int white) {
    float[] table = new float[white + 1];
    for (int v = 0; v <= white; v++) {
      table[v] = (float) (((double) v / white - mean.get(channel)) / std.get(channel));
    }
    return table;
  }

  /** [height, width, 3] to [3, height, width]. */
  float[] apply(RgbImage image) {
    RgbValues rgb = image.rgb();
    int plane = image.height() * image.width();
    float[] result = new float[3 * plane];
    for (int c = 0; c < 3; c++) {
      float[] of = table(c, rgb.white());
      for (int i = 0, from = c, to = c * plane; i < plane; i++, from += 3, to++) {
        result[to] = of[rgb.get(from)];
      }
    }
    return result;
  }
}
