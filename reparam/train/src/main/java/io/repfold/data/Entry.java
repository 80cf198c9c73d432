package io.repfold.data;

import java.nio.file.Path;

/** Where an example is. */
record Entry(String id, Path image, Target target) {
  /** Where the labels are. */
  sealed interface Target {}

  /** One label for each pixel, in a PNG. */
  record PixelLabels(Path file) implements Target {}

  /** One label for the image. */
  record ImageLabel(int label) implements Target {}

  boolean classified() {
    return target instanceof ImageLabel;
  }
}
