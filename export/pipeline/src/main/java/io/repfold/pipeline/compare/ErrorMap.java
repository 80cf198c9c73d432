package io.repfold.pipeline.compare;

import io.repfold.image.Mask;
import io.repfold.image.Palette;
import io.repfold.runtime.HostTensor;
import java.util.Optional;

/** Where in an image-like output the errors lie, as a picture. */
final class ErrorMap {
  private static final int LEAST_SIDE = 4;
  private static final int LONGEST_TO_SHORTEST = 8;
  private static final long MOST_PIXELS = 1L << 26;

  /** Of {@link Mask#MOST_CLASSES} colors the last is for what is no number on one side only. */
  private static final int BRIGHTEST = Mask.MOST_CLASSES - 2;

  private static final int NO_NUMBER = Mask.MOST_CLASSES - 1;
  private static final int CYAN = 0x00ffff;
  private static final Palette COLORS = colors();

  private final HostTensor reference;
  private final HostTensor candidate;
  private final Grid grid;

  private ErrorMap(HostTensor reference, HostTensor candidate, Grid grid) {
    this.reference = reference;
    this.candidate = candidate;
    this.grid = grid;
  }

  /**
   * Where the pixels of one image lie in a tensor.
   *
   * @param start index of the image's first element
   * @param planes channels, over which the largest error is taken
   */
  private record Grid(
      int start, int planes, int planeStep, int height, int rowStep, int width, int pixelStep) {
    int index(int plane, int y, int x) {
      return start + plane * planeStep + y * rowStep + x * pixelStep;
    }

    boolean isImage() {
      int shorter = Math.min(height, width);
      return shorter >= LEAST_SIDE
          && Math.max(height, width) <= (long) LONGEST_TO_SHORTEST * shorter
          && (long) height * width <= MOST_PIXELS;
    }

    /** Empty for what is no batch of images. */
    static Optional<Grid> of(int axis, int index, long... shape) {
      int[] s = new int[shape.length];
      for (int i = 0; i < s.length; i++) {
        s[i] = Math.toIntExact(shape[i]);
      }
      if (s.length == 3 && axis != 2) {
        return Optional.of(new Grid(0, s[0], s[1] * s[2], s[1], s[2], s[2], 1));
      }
      if (s.length != 4) {
        return Optional.empty();
      }
      int image = s[1] * s[2] * s[3];
      int start = image == 0 ? 0 : Math.max(0, index) / image * image;
      return Optional.of(
          axis == 3
              ? new Grid(start, s[3], 1, s[1], s[2] * s[3], s[2], s[3])
              : new Grid(start, s[1], s[2] * s[3], s[2], s[3], s[3], 1));
    }
  }

  /**
   * The largest absolute error over the channels, of the image of a batch in which an element lies:
   * black where there is none, then red, yellow, and white for the largest; cyan where one side
   * alone is NaN or infinite.
   *
   * @param axis of the channels; 3 of four for channels last
   * @param index row-major index of the element
   * @return a PNG file; empty if the shape is no image's: [N, C, H, W], [N, H, W, C], [C, H, W] or
   *     [N, H, W] with sides of at least 4 of which none is more than 8 times the other
   */
  static Optional<byte[]> png(HostTensor reference, HostTensor candidate, int axis, int index) {
    return Grid.of(axis, index, reference.shape())
        .filter(Grid::isImage)
        .map(grid -> new ErrorMap(reference, candidate, grid).mask().png(COLORS));
  }

  private Mask mask() {
    double[] errors = new double[grid.height * grid.width];
    double largest = 0;
    for (int i = 0; i < errors.length; i++) {
      errors[i] = error(i / grid.width, i % grid.width);
      largest = Double.isFinite(errors[i]) ? Math.max(largest, errors[i]) : largest;
    }
    byte[] levels = new byte[errors.length];
    for (int i = 0; i < errors.length; i++) {
      levels[i] = (byte) level(errors[i], largest);
    }
    return new Mask(grid.height, grid.width, levels);
  }

  /** The smallest error is not as black as none. */
  private static int level(double error, double largest) {
    if (!Double.isFinite(error)) {
      return NO_NUMBER;
    }
    return error == 0 ? 0 : 1 + (int) Math.rint((BRIGHTEST - 1) * (error / largest));
  }

  /** Infinite where one side alone holds no number. */
  private double error(int y, int x) {
    double largest = 0;
    for (int plane = 0; plane < grid.planes; plane++) {
      int index = grid.index(plane, y, x);
      double expected = reference.get(index);
      double found = candidate.get(index);
      if (Double.compare(expected, found) != 0) {
        double error = Math.abs(expected - found);
        largest = Math.max(largest, Double.isNaN(error) ? Double.POSITIVE_INFINITY : error);
      }
    }
    return largest;
  }

  private static Palette colors() {
    int[] colors = new int[Mask.MOST_CLASSES];
    for (int level = 0; level <= BRIGHTEST; level++) {
      int rising = 3 * 255 * level / BRIGHTEST;
      colors[level] = ramp(rising) << 16 | ramp(rising - 255) << 8 | ramp(rising - 510);
    }
    colors[NO_NUMBER] = CYAN;
    return Palette.of(colors);
  }

  private static int ramp(int value) {
    return Math.max(0, Math.min(255, value));
  }
}
