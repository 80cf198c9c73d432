package io.repfold.image;

import io.repfold.images.ImageSize;
import io.repfold.images.RgbImage;

/**
 * Where an image lies in a network's input: scaled, at the top left, with zeros to its right and
 * below.
 *
 * @param image size of the image
 * @param scaled size to which it is scaled
 * @param input size of the network's input, which holds it
 */
record Frame(ImageSize image, ImageSize scaled, ImageSize input) {
  /** Scaled to the input's size, whatever its proportions. */
  static Frame stretched(ImageSize image, ImageSize input) {
    return new Frame(image, input, input);
  }

  /** At its own size, padded to multiples. */
  static Frame padded(ImageSize image, int multiple) {
    return within(
        image, new ImageSize(upTo(image.height(), multiple), upTo(image.width(), multiple)));
  }

  /** At its own size in an input that is at least as large. */
  static Frame within(ImageSize image, ImageSize input) {
    return new Frame(image, image, input);
  }

  private static int upTo(int size, int multiple) {
    return Math.multiplyExact((size + multiple - 1) / multiple, multiple);
  }

  /** The image's rows as the network takes them. */
  InputWriter.Rows rows(RgbImage pixels) {
    return new ScaledRows(
        pixels,
        Interpolation.between(image.height(), scaled.height()),
        Interpolation.between(image.width(), scaled.width()));
  }

  /** Where the image's rows lie in an output of a height. */
  Interpolation outputRows(int height) {
    return Interpolation.stepping(
        (long) scaled.height() * height,
        (long) image.height() * input.height(),
        height,
        image.height());
  }

  /** Where the image's columns lie in an output of a width. */
  Interpolation outputColumns(int width) {
    return Interpolation.stepping(
        (long) scaled.width() * width, (long) image.width() * input.width(), width, image.width());
  }
}
