package io.repfold.train;

import static io.repfold.config.Bounds.atLeast;

import ai.djl.ndarray.NDArray;
import io.repfold.config.NamedArguments;
import io.repfold.djl.Scalars;
import java.util.Optional;

/**
 * Focal loss (Lin et al., ICCV 2017): the mean of {@code -alpha[y] (1 - p[y])^gamma log p[y]} over
 * the valid pixels.
 */
final class Focal implements PixelLoss.Terms {
  /** Keeps the power's gradient finite for exponents below 1. */
  private static final float LEAST_DOUBT = 1e-8f;

  private final float gamma;
  private final Optional<ClassWeights> alpha;

  private Focal(double gamma, Optional<ClassWeights> alpha) {
    this.gamma = (float) gamma;
    this.alpha = alpha;
  }

  static Focal of(NamedArguments settings, LossOptions options) {
    return new Focal(
        settings.number("gamma", atLeast(0)).orElse(2), Losses.weights(settings, "alpha", options));
  }

  @Override
  public NDArray of(Pixels pixels) {
    NDArray logProbability = pixels.logProbability();
    NDArray doubt = logProbability.exp().neg().add(1).clip(LEAST_DOUBT, 1);
    NDArray factors = alpha.map(w -> w.of(pixels)).orElse(pixels.valid());
    NDArray terms = logProbability.mul(Scalars.power(doubt, gamma)).mul(factors);
    return terms.sum().neg().div(pixels.count().maximum(1));
  }
}
