package io.repfold.image;

/** What is done to an image, in this order. */
public enum Stage {
  /** Reads PNG or JPEG. */
  DECODE,
  /** Scales, normalizes and writes into the network's input. */
  PREPARE,
  /** Runs the network. */
  RUN,
  /** Scales the scores to the image and decides the classes. */
  POST_PROCESS,
  /** Writes masks and overlays, or whatever else the caller makes of a result. */
  ENCODE;

  /** For example {@code post-process}. */
  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }
}
