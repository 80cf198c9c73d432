package io.repfold.data;

import java.util.List;

/**
 * (x / 255 - mean) / std, for each of the channels R, G, B.
 *
 * @param mean of x / 255
 * @param std of x / 255, above 0
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

  /** What each byte of each channel becomes, [3, 256]. */
  float[][] table() {
    float[][] table = new float[3][256];
    for (int c = 0; c < 3; c++) {
      for (int v = 0; v < 256; v++) {
        table[c][v] = (float) ((v / 255.0 - mean.get(c)) / std.get(c));
      }
    }
    return table;
  }

  /** [height, width, 3] bytes to [3, height, width] floats. */
  float[] apply(RgbImage image) {
    float[][] table = table();
    byte[] rgb = image.rgb();
    int plane = image.height() * image.width();
    float[] result = new float[3 * plane];
    for (int c = 0; c < 3; c++) {
      float[] of = table[c];
      for (int i = 0, from = c, to = c * plane; i < plane; i++, from += 3, to++) {
        result[to] = of[rgb[from] & 0xff];
      }
    }
    return result;
  }
}
