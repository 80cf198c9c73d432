package io.repfold.train;

import ai.djl.ndarray.NDArray;
import io.repfold.config.NamedArguments;
import java.util.Optional;

/**
 * Cross entropy: the mean of {@code -w[y] log p[y]} over the valid pixels, divided by the sum of
 * their weights if there are any, as PyTorch's {@code CrossEntropyLoss}.
 */
final class CrossEntropy implements PixelLoss.Terms {
  /** Above 0, so that a batch without valid pixels divides 0 by it. */
  private static final float LEAST_WEIGHT = 1e-12f;

  private final Optional<ClassWeights> weights;

  CrossEntropy(Optional<ClassWeights> weights) {
    this.weights = weights;
  }

  static CrossEntropy of(NamedArguments settings, LossOptions options) {
    return new CrossEntropy(Losses.weights(settings, "weight", options));
  }

  @Override
  public NDArray of(Pixels pixels) {
    return over(pixels, weights.map(w -> w.of(pixels)).orElse(pixels.valid()));
  }

  /** The mean over the pixels, each counted as often as its factor says; [N, H, W]. */
  static NDArray over(Pixels pixels, NDArray factors) {
    NDArray total = factors.sum().maximum(LEAST_WEIGHT);
    return pixels.logProbability().mul(factors).sum().neg().div(total);
  }
}
