package io.repfold.image;

/** Where windows lie along one axis of an image, and what they weigh there. */
final class TileAxis {
  private final int extent;
  private final int[] starts;
  private final int length;
  private final Tiling.Blend blend;

  /**
   * Lays windows out: each shares {@code overlap} with the one before, the last lies at the end.
   *
   * @param length of the image
   * @param tile length of a window
   */
  TileAxis(int length, int tile, int overlap, Tiling.Blend blend) {
    this.length = length;
    this.blend = blend;
    this.extent = Math.min(tile, length);
    int step = tile - overlap;
    int count = length <= tile ? 1 : (length - tile + step - 1) / step + 1;
    starts = new int[count];
    for (int k = 0; k < count; k++) {
      starts[k] = Math.min(k * step, length - extent);
    }
  }

  /** The number of windows. */
  int count() {
    return starts.length;
  }

  /** The image's length. */
  int length() {
    return length;
  }

  /** How much of the image a window shows. */
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
      case CENTRE -> at >= shared / 2 ? 1 : 0;
    };
  }

  private double falling(int at, int shared) {
    return switch (blend) {
      case UNIFORM -> 1;
      case TAPERED -> (shared - at - 0.5) / shared;
      case CENTRE -> at < shared / 2 ? 1 : 0;
    };
  }
}
