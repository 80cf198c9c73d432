package io.repfold.train;

import static io.repfold.config.Bounds.atLeast;
import static io.repfold.config.Bounds.between;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.repfold.config.NamedArguments;
import java.util.Optional;

/**
 * Cross entropy over the hard pixels of a batch (online hard example mining): those whose class has
 * at most a probability of {@code threshold}, but at least the {@code min_kept} hardest, and all
 * that are as hard as the last of these.
 */
final class HardCrossEntropy implements PixelLoss.Terms {
  private static final float NO_PROBABILITY = 2;

  private final float threshold;
  private final long minKept;
  private final Optional<ClassWeights> weights;

  private HardCrossEntropy(double threshold, long minKept, Optional<ClassWeights> weights) {
    this.threshold = (float) threshold;
    this.minKept = minKept;
    this.weights = weights;
  }

  static HardCrossEntropy of(NamedArguments settings, LossOptions options) {
    return new HardCrossEntropy(
        settings.number("threshold", between(0, 1)).orElse(0.7),
        settings.whole("min_kept", atLeast(0)).orElse(100_000),
        Losses.weights(settings, "weight", options));
  }

  @Override
  public NDArray of(Pixels pixels) {
    NDArray kept = kept(pixels);
    return CrossEntropy.over(pixels, weights.map(w -> w.of(pixels).mul(kept)).orElse(kept));
  }

  @Override
  public PixelLoss.Terms auxiliary() {
    return new CrossEntropy(weights);
  }

  /** 1 for every hard pixel, else 0; [N, H, W]. */
  private NDArray kept(Pixels pixels) {
    NDArray valid = pixels.valid();
    NDArray probability =
        pixels
            .logProbability()
            .stopGradient()
            .exp()
            .mul(valid)
            .add(valid.neg().add(1).mul(NO_PROBABILITY));
    NDArray easy =
        minKept == 0
            ? probability.gt(threshold)
            : probability.gt(smallest(probability).maximum(threshold));
    return easy.logicalNot().toType(valid.getDataType(), false).mul(valid);
  }

  /** The probability of the {@code minKept}-th hardest pixel. */
  private NDArray smallest(NDArray probability) {
    int count = (int) Math.min(minKept, probability.size());
    return probability.reshape(new Shape(-1)).topK(count, 0, false, false).get(0).max();
  }
}
