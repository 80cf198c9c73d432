package io.repfold.train;

import static io.repfold.config.Bounds.atLeast;

import ai.djl.ndarray.NDArray;
import io.repfold.config.NamedArguments;
import io.repfold.djl.Scalars;

/**
 * {@code 1 - (2 sum(p t) + s) / (sum(p) + sum(t) + s)} over all classes of all valid pixels, with
 * {@code s} the smoothing. Both sums in the denominator are the number of valid pixels, for a
 * softmax sums to 1.
 */
final class Dice implements PixelLoss.Terms {
  private final float smooth;

  private Dice(double smooth) {
    this.smooth = (float) smooth;
  }

  static Dice of(NamedArguments settings, LossOptions options) {
    double smooth = settings.number("smooth", atLeast(0)).orElse(1);
    if (smooth == 0) {
      throw settings.wrong("smooth", "above 0, or a batch without valid pixels has no loss");
    }
    return new Dice(smooth);
  }

  @Override
  public NDArray of(Pixels pixels) {
    NDArray probability = pixels.logProbability().exp().mul(pixels.valid());
    NDArray denominator = pixels.count().mul(2).add(smooth);
    NDArray twice = Scalars.times(probability.sum(), 2);
    return twice.add(smooth).div(denominator).neg().add(1);
  }
}
