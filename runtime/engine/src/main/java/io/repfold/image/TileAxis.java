package io.repfold.image;

/**
 * Where windows lie along one axis of an image, and what they weigh there. The image is padded to a
 * multiple of the network's stride, and windows begin at such multiples: between them, a network
 * computes something else.
 */
final class TileAxis {
  private static final int USUAL_MULTIPLE = 32;

  private final int extent;
  private final int[] starts;
  private final int image;
  private final int length;
  private final Tiling.Blend blend;

  /**
   * Lays windows out: each shares at least {@code overlap} with the one before, the last lies at
   * the end.
   *
   * @param image length of the image
   * @param tile length of a window, a multiple of {@code multiple}
   * @param overlap at most {@code tile - multiple}
   */
  TileAxis(int image, int tile, int overlap, int multiple, Tiling.Blend blend) {
    this.image = image;
    this.length = Math.multiplyExact((image + multiple - 1) / multiple, multiple);
    this.blend = blend;
    this.extent = Math.min(tile, length);
    int step = (tile - overlap) / multiple * multiple;
    int count = length <= tile ? 1 : (length - tile + step - 1) / step + 1;
    starts = new int[count];
    for (int k = 0; k < count; k++) {
      starts[k] = Math.min(k * step, length - extent);
    }
  }

  /**
   * The multiple to take if none is stated: a power of two up to 32, because strides of networks
   * are.
   *
   * @param padded whether the image may be padded to it
   */
  static int usualMultiple(int image, int tile, int overlap, boolean padded) {
    int multiple = Math.min(USUAL_MULTIPLE, Integer.lowestOneBit(tile));
    if (!padded) {
      multiple = Math.min(multiple, Integer.lowestOneBit(image));
    }
    while (multiple > tile - overlap) {
      multiple /= 2;
    }
    return multiple;
  }

  /** The number of windows. */
  int count() {
    return starts.length;
  }

  /** The image's length. */
  int image() {
    return image;
  }

  /** The length of the image with its padding. */
  int length() {
    return length;
  }

  /** How much of the padded image a window shows. */
  int extent() {
    return extent;
  }

  /** Where a window begins. */
  int start(int window) {
    return starts[window];
  }

  boolean isLast(int window) {
    return window == starts.length - 1;
  }

  /** How much of a window no later window shows. */
  int complete(int window) {
    return isLast(window) ? extent : starts[window + 1] - starts[window];
  }

  /** What a window shares with the next. */
  int shared(int window) {
    return extent - complete(window);
  }

  /** The largest such. */
  int mostShared() {
    int most = 0;
    for (int k = 0; k < starts.length; k++) {
      most = Math.max(most, shared(k));
    }
    return most;
  }

  /** What each element of a window weighs, 0 to 1; everywhere, one window weighs more than 0. */
  double[] weights(int window) {
    int before = window == 0 ? 0 : shared(window - 1);
    int after = shared(window);
    double[] weights = new double[extent];
    for (int i = 0; i < extent; i++) {
      double left = i < before ? rising(i, before) : 1;
      int inNext = i - (extent - after);
      double right = inNext >= 0 ? falling(inNext, after) : 1;
      weights[i] = left * right;
    }
    return weights;
  }

  private double rising(int at, int shared) {
    return switch (blend) {
      case UNIFORM -> 1;
      case TAPERED -> (at + 0.5) / shared;
      case CENTER -> at >= shared / 2 ? 1 : 0;
    };
  }

  private double falling(int at, int shared) {
    return switch (blend) {
      case UNIFORM -> 1;
      case TAPERED -> (shared - at - 0.5) / shared;
      case CENTER -> at < shared / 2 ? 1 : 0;
    };
  }
}
