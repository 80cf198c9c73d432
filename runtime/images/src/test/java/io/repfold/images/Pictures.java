package io.repfold.images;

import java.awt.image.BufferedImage;
import java.util.SplittableRandom;

/** Images for tests. */
final class Pictures {
  private Pictures() {}

  /** Random numbers in every band. */
  static BufferedImage random(int height, int width, long seed, int type) {
    BufferedImage image = new BufferedImage(width, height, type);
    SplittableRandom random = new SplittableRandom(seed);
    int bands = image.getRaster().getNumBands();
    int most = type == BufferedImage.TYPE_USHORT_GRAY ? 1 << 16 : 1 << 8;
    for (int i = 0; i < width * height * bands; i++) {
      int pixel = i / bands;
      image.getRaster().setSample(pixel % width, pixel / width, i % bands, random.nextInt(most));
    }
    return image;
  }
}
