package io.repfold.data;

import io.repfold.images.RgbImage;
import java.util.random.RandomGenerator;

/**
 * Random scale, rotation, padding and crop, flip, blur and color, drawn in this order. The four
 * geometric steps are one mapping, so that each pixel is interpolated once.
 */
final class TrainingTransform {
  private final Augmentation augmentation;
  private final int padLabel;

  TrainingTransform(Augmentation augmentation, int ignoreIndex) {
    this.augmentation = augmentation;
    this.padLabel = augmentation.padLabel().orElse(ignoreIndex);
  }

  Example apply(Example example, RandomGenerator random) {
    Example placed = place(example.image(), random).apply(example, padLabel);
    RgbImage image = placed.image();
    if (augmentation.blur().isPresent()) {
      image = GaussianBlur.apply(image, augmentation.blur().get().draw(random));
    }
    if (!augmentation.color().none()) {
      image = augmentation.color().apply(image, random);
    }
    return new Example(placed.id(), image, placed.labels());
  }

  /** Draws the geometry. */
  CropGeometry place(RgbImage image, RandomGenerator random) {
    int longSide = longSide(Math.max(image.height(), image.width()), random);
    int height = image.height();
    int width = image.width();
    if (height > width) {
      width = proportional(longSide, width, height);
      height = longSide;
    } else {
      height = proportional(longSide, height, width);
      width = longSide;
    }
    int degrees = augmentation.rotate().map(range -> range.drawInteger(random, 1)).orElse(0);
    int cropHeight = augmentation.cropSize().orElse(height);
    int cropWidth = augmentation.cropSize().orElse(width);
    int top = random.nextInt(Math.max(height - cropHeight, 0) + 1);
    int left = random.nextInt(Math.max(width - cropWidth, 0) + 1);
    boolean mirrored = augmentation.flip() && random.nextBoolean();
    return new CropGeometry(cropHeight, cropWidth, height, width, degrees, top, left, mirrored);
  }

  private int longSide(int ofImage, RandomGenerator random) {
    int base = augmentation.baseSize().orElse(ofImage);
    int side = augmentation.scale().map(factor -> factor.drawInteger(random, base)).orElse(base);
    return Math.max(side, 1);
  }

  /** {@code side} times {@code numerator / denominator}, rounded half up; at least 1. */
  private static int proportional(int side, int numerator, int denominator) {
    return Math.max(1, (int) (1.0 * side * numerator / denominator + 0.5));
  }
}
