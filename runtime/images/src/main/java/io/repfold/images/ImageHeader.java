package io.repfold.images;

/**
 * What a file says of its pixels before them.
 *
 * @param stored size as the pixels are stored
 * @param orientation how they lie
 */
public record ImageHeader(ImageSize stored, Orientation orientation) {
  /** Size of the upright image. */
  public ImageSize size() {
    return orientation.upright(stored);
  }
}
