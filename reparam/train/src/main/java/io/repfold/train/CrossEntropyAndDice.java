package io.repfold.train;

import ai.djl.ndarray.NDArray;
import io.repfold.config.NamedArguments;

/** The sum of {@link CrossEntropy} and {@link Dice}. */
final class CrossEntropyAndDice implements PixelLoss.Terms {
  private final CrossEntropy crossEntropy;
  private final Dice dice;

  private CrossEntropyAndDice(CrossEntropy crossEntropy, Dice dice) {
    this.crossEntropy = crossEntropy;
    this.dice = dice;
  }

  static CrossEntropyAndDice of(NamedArguments settings, LossOptions options) {
    return new CrossEntropyAndDice(CrossEntropy.of(settings, options), Dice.of(settings, options));
  }

  @Override
  public NDArray of(Pixels pixels) {
    return crossEntropy.of(pixels).add(dice.of(pixels));
  }
}
