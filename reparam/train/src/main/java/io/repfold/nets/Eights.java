package io.repfold.nets;

/** Numbers of channels that are multiples of 8, as networks for phones have them. */
final class Eights {
  private static final double LEAST_SHARE = 0.9;

  private Eights() {}

  /** The nearest multiple of 8, at least 8. */
  static int nearest(double channels) {
    return Math.max(8, (int) (channels + 4) / 8 * 8);
  }

  /** The nearest one that is not below 9/10 of what was asked for. */
  static int notFarBelow(double channels) {
    int nearest = nearest(channels);
    return nearest < LEAST_SHARE * channels ? nearest + 8 : nearest;
  }
}
