package io.repfold.check;

/**
 * The pixels that lie near another class of the reference: whose window of {@code 2 * width + 1} by
 * as many pixels, as far as it is in the image, holds one.
 */
final class BorderBand {
  private final boolean[] near;

  private BorderBand(boolean[] near) {
    this.near = near;
  }

  /**
   * @param width in pixels, on each side of a border
   */
  static BorderBand of(SegmentationMaps maps, int width) {
    int size = maps.pixels();
    int[] least = new int[size];
    int[] most = new int[size];
    for (int pixel = 0; pixel < size; pixel++) {
      least[pixel] = maps.isSkipped(pixel) ? Integer.MAX_VALUE : maps.reference(pixel);
      most[pixel] = maps.isSkipped(pixel) ? Integer.MIN_VALUE : maps.reference(pixel);
    }
    // The extremes of a window are those of its rows' extremes.
    least = extremes(least, maps.width(), 1, width, -1);
    least = extremes(least, maps.height(), maps.width(), width, -1);
    most = extremes(most, maps.width(), 1, width, 1);
    most = extremes(most, maps.height(), maps.width(), width, 1);
    boolean[] near = new boolean[size];
    for (int pixel = 0; pixel < size; pixel++) {
      near[pixel] = least[pixel] < most[pixel];
    }
    return new BorderBand(near);
  }

  /**
   * @param length of a line of pixels
   * @param step from one pixel of it to the next
   * @param sign 1 for the largest, -1 for the smallest
   */
  private static int[] extremes(int[] values, int length, int step, int width, int sign) {
    int[] found = new int[values.length];
    for (int pixel = 0; pixel < values.length; pixel++) {
      int place = pixel / step % length;
      int best = values[pixel];
      int last = Math.min(length - 1, place + width);
      for (int other = Math.max(0, place - width); other <= last; other++) {
        int value = values[pixel + (other - place) * step];
        best = sign > 0 ? Math.max(best, value) : Math.min(best, value);
      }
      found[pixel] = best;
    }
    return found;
  }

  boolean contains(int pixel) {
    return near[pixel];
  }
}
