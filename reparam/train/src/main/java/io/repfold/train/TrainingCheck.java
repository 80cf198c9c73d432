package io.repfold.train;

import io.repfold.graph.Tensor;

/** Looks at a network after the first iteration of a run, and after the last one. */
@FunctionalInterface
public interface TrainingCheck {
  /** Looks at nothing. */
  TrainingCheck NONE = (network, images, iteration) -> {};

  /**
   * Called by the thread that trains. What it throws ends the run; the weights that were saved last
   * are kept.
   *
   * @param images of the first batch, float32 [N, 3, H, W]
   * @param iteration how many are done
   */
  void check(TrainedNetwork network, Tensor images, long iteration);
}
