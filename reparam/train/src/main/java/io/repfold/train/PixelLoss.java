package io.repfold.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;

/** A loss over the pixels of a batch; closes all that it makes on the way. */
final class PixelLoss implements Loss {
  private final LossOptions options;
  private final Terms terms;

  PixelLoss(LossOptions options, Terms terms) {
    this.options = options;
    this.terms = terms;
  }

  /** The formula of a loss. */
  interface Terms {
    /** A scalar, made of new arrays only. */
    NDArray of(Pixels pixels);

    /** What an auxiliary output is trained with. */
    default Terms auxiliary() {
      return this;
    }
  }

  @Override
  public NDArray of(NDArray logits, NDArray labels) {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray loss = terms.of(new Pixels(logits, labels, options));
      NDScope.unregister(loss);
      return loss;
    }
  }

  @Override
  public Loss auxiliary() {
    Terms other = terms.auxiliary();
    return other == terms ? this : new PixelLoss(options, other);
  }
}
