package io.repfold.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import io.repfold.djl.Scalars;

/** The loss of a network's outputs: that of the first, and a share of that of the second. */
final class AuxiliaryLoss {
  /** The share that PSPNet was trained with (Zhao et al., CVPR 2017). */
  static final double WEIGHT = 0.4;

  private final Loss main;
  private final float weight;

  AuxiliaryLoss(Loss main, double weight) {
    if (!(weight >= 0) || Double.isInfinite(weight)) {
      throw new IllegalArgumentException(
          "aux_weight: must be a number of at least 0, found " + weight);
    }
    this.main = main;
    this.weight = (float) weight;
  }

  /**
   * The loss of a batch, a scalar.
   *
   * @param outputs the logits, and the auxiliary logits if there are any; [N, C, H, W] each
   * @param labels as {@link Loss#of} takes them
   */
  NDArray of(NDList outputs, NDArray labels) {
    if (outputs.size() < 2 || weight == 0) {
      return main.of(outputs.get(0), labels);
    }
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray first = main.of(outputs.get(0), labels);
      NDArray second = main.auxiliary().of(outputs.get(1), labels);
      NDArray share = Scalars.times(second, weight);
      NDArray total = first.add(share);
      first.close();
      second.close();
      NDScope.unregister(total);
      return total;
    }
  }
}
