package io.repfold.djl;

import ai.djl.pytorch.engine.PtNDArray;

/** One node, made ready for the shapes of its inputs. */
@FunctionalInterface
interface Step {
  /**
   * Computes the node.
   *
   * @param in the operands that the lowering asked for, in its order; the results belong to the
   *     manager of the first one or are attached to it
   * @return the node's outputs, each a new array
   */
  PtNDArray[] run(PtNDArray[] in, boolean training);

  /** A step with one output. */
  @FunctionalInterface
  interface Single {
    PtNDArray run(PtNDArray[] in, boolean training);
  }

  static Step single(Single single) {
    return (in, training) -> new PtNDArray[] {single.run(in, training)};
  }
}
