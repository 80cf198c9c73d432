package io.repfold.data;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What happens to an example before it is normalized.
 *
 * @param stage which of the steps take place
 * @param cropSize height and width of the result, in pixels
 * @param baseSize the long side before cropping, in pixels, times a factor of {@code scale}
 * @param scale factor of the long side
 * @param rotate angle, in whole degrees
 * @param flip whether half of the examples are mirrored
 * @param blur standard deviation, in pixels
 * @param padLabel label of what lies outside the image; by default the ignored one
 */
record Augmentation(
    Stage stage,
    OptionalInt cropSize,
    OptionalInt baseSize,
    Optional<Range> scale,
    Optional<Range> rotate,
    boolean flip,
    Optional<Range> blur,
    Jitter color,
    OptionalInt padLabel) {
  /** Who the examples are for. */
  enum Stage {
    /** Nothing is done. */
    PLAIN,
    /** Random scale, rotation, crop, flip, blur and color. */
    TRAINING,
    /** The short side becomes the crop size, and the center is kept. */
    VALIDATION
  }

  Augmentation at(Stage other) {
    return new Augmentation(other, cropSize, baseSize, scale, rotate, flip, blur, color, padLabel);
  }
}
