package io.repfold.train;

import ai.djl.pytorch.engine.PtNDArray;
import java.util.List;

/** How an optimizer updates one parameter. */
interface UpdateRule {
  /** Names of the arrays of the parameter's shape that are kept from step to step, 0 at first. */
  List<String> slots();

  /** The momentum that this rule uses unless it is told another. */
  double momentum();

  /**
   * Updates a parameter in place; may overwrite the gradient.
   *
   * @param slots in the order of {@link #slots()}
   * @param step 1 for the first
   */
  void update(
      PtNDArray parameter, PtNDArray gradient, List<PtNDArray> slots, long step, Factors factors);

  /**
   * The figures of one step and one group.
   *
   * @param rate learning rate
   */
  record Factors(double rate, double momentum, double weightDecay) {}
}
