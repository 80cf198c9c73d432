package io.repfold.data;

import io.repfold.images.RgbImage;
import io.repfold.images.RgbValues;
import java.util.random.RandomGenerator;

/**
 * Changes of color; each factor is drawn from 1 - amount to 1 + amount.
 *
 * @param brightness scales every value
 * @param contrast scales the distance from the mean luminance of the image
 * @param saturation scales the distance from the luminance of the pixel
 */
record Jitter(double brightness, double contrast, double saturation) {
  static final Jitter NONE = new Jitter(0, 0, 0);

  boolean none() {
    return equals(NONE);
  }

  RgbImage apply(RgbImage image, RandomGenerator random) {
    double light = factor(brightness, random);
    double spread = factor(contrast, random);
    double color = factor(saturation, random);
    RgbValues from = image.rgb();
    double mean = light * meanLuminance(from);
    RgbValues to = from.zeros(from.length());
    int white = from.white();
    for (int i = 0; i < from.length(); i += 3) {
      double gray = luminance(from, i);
      for (int c = 0; c < 3; c++) {
        double value = light * (gray + color * (from.get(i + c) - gray));
        double spreadOut = mean + spread * (value - mean);
        to.set(i + c, (int) Math.round(Math.max(0, Math.min(white, spreadOut))));
      }
    }
    return new RgbImage(image.height(), image.width(), to);
  }

  private static double factor(double amount, RandomGenerator random) {
    return 1 + amount * (2 * random.nextDouble() - 1);
  }

  private static double meanLuminance(RgbValues rgb) {
    double sum = 0;
    for (int i = 0; i < rgb.length(); i += 3) {
      sum += luminance(rgb, i);
    }
    return 3 * sum / rgb.length();
  }

  /** ITU-R BT.601. */
  private static double luminance(RgbValues rgb, int i) {
    return 0.299 * rgb.get(i) + 0.587 * rgb.get(i + 1) + 0.114 * rgb.get(i + 2);
  }
}
