package io.repfold.data;

import java.util.random.RandomGenerator;

/** Augments an example, image and labels by the same geometry, and normalizes the image. */
public interface Transform {
  /** Draws from {@code random} only, so that equal streams give equal results. */
  Prepared apply(Example example, RandomGenerator random);

  /** What the arguments {@code val}, {@code augment} and their ranges ask for. */
  static Transform of(LoaderArguments arguments, Dataset dataset) {
    return Transforms.of(
        arguments.augmentation(), arguments.normalization(), dataset.ignoreIndex());
  }
}
