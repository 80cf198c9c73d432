package io.repfold.image;

import io.repfold.images.ImageSize;

/**
 * How a window slides over an image.
 *
 * @param tile size of the window
 * @param overlap pixels that neighboring windows share at least, 0 to half of the window
 * @param blend what a pixel gets that several windows show
 */
public record Tiling(ImageSize tile, int overlap, Blend blend) {
  /** How the scores of several windows become one. */
  public enum Blend {
    /** Their mean. */
    UNIFORM,
    /** Their mean, with weights that fall linearly towards the edge of a window. */
    TAPERED,
    /**
     * That of the window in which the pixel lies further inside. This gives what the whole image
     * would, padded to the same multiple, if that and the window are multiples of the network's
     * stride, the overlap is at least twice as far as a score depends on pixels, and nothing in the
     * network looks at the image as a whole, such as a mean over it.
     */
    CENTER
  }

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if the overlap is negative or more than half of the window
   */
  public Tiling {
    int most = Math.min(tile.height(), tile.width()) / 2;
    if (overlap < 0 || overlap > most) {
      throw new IllegalArgumentException(
          "Windows of %s can share 0 to %d pixels, not %d".formatted(tile, most, overlap));
    }
  }

  /** With {@link Blend#TAPERED}. */
  public static Tiling of(ImageSize tile, int overlap) {
    return new Tiling(tile, overlap, Blend.TAPERED);
  }
}
