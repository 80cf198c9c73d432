package io.repfold.image;

import java.util.Arrays;

/**
 * The class of each pixel.
 *
 * @param height in pixels
 * @param width in pixels
 * @param classes [height, width], each read as 0 to 255; not to be written to
 */
public record Mask(int height, int width, byte[] classes) {
  /** A mask knows classes 0 to 255. */
  public static final int MOST_CLASSES = 256;

  public Mask {
    if (height < 1 || width < 1 || classes.length != (long) height * width) {
      throw new IllegalArgumentException(
          "A mask of %d x %d (height x width) takes %d classes, found %d"
              .formatted(height, width, (long) height * width, classes.length));
    }
  }

  /** The class of a pixel, 0 to 255. */
  public int at(int y, int x) {
    return classes[y * width + x] & 0xff;
  }

  /** How many pixels each class has; 256 numbers. */
  public long[] counts() {
    long[] counts = new long[MOST_CLASSES];
    for (byte label : classes) {
      counts[label & 0xff]++;
    }
    return counts;
  }

  /**
   * The mask as a paletted PNG of 8 bits, whose indices are the classes.
   *
   * @throws IllegalArgumentException if the palette has no color for a class
   */
  public byte[] png(Palette palette) {
    check(palette);
    return PalettedPng.encode(this, palette);
  }

  /** Refuses a palette without a color for one of the classes. */
  void check(Palette palette) {
    if (palette.size() == MOST_CLASSES) {
      return;
    }
    long[] counts = counts();
    for (int label = palette.size(); label < MOST_CLASSES; label++) {
      if (counts[label] > 0) {
        throw new IllegalArgumentException(
            "The palette has %d colors, none for class %d".formatted(palette.size(), label));
      }
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Mask mask
        && mask.height == height
        && mask.width == width
        && Arrays.equals(mask.classes, classes);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * height + width) + Arrays.hashCode(classes);
  }

  /** The size only. */
  @Override
  public String toString() {
    return "mask of %d x %d (height x width)".formatted(height, width);
  }
}
