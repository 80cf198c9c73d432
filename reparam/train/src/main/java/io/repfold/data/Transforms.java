package io.repfold.data;

import io.repfold.images.RgbImage;

/** Chooses the transform of a stage. */
final class Transforms {
  private Transforms() {}

  static Transform of(Augmentation augmentation, Normalization normalization, int ignoreIndex) {
    return switch (augmentation.stage()) {
      case PLAIN -> (example, random) -> prepared(example, normalization);
      case TRAINING -> {
        var training = new TrainingTransform(augmentation, ignoreIndex);
        yield (example, random) -> prepared(training.apply(example, random), normalization);
      }
      case VALIDATION ->
          (example, random) -> {
            var placement = CenterCrop.of(example.image(), augmentation.cropSize());
            return prepared(placement.apply(example, ignoreIndex), normalization);
          };
    };
  }

  private static Prepared prepared(Example example, Normalization normalization) {
    RgbImage image = example.image();
    return new Prepared(
        image.height(), image.width(), normalization.apply(image), example.labels().values());
  }
}
