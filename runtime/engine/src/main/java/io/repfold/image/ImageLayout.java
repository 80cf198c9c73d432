package io.repfold.image;

/** The order of the axes of images and scores. */
public enum ImageLayout {
  /** Images, channels, rows, columns. */
  NCHW,
  /** Images, rows, columns, channels. */
  NHWC
}
