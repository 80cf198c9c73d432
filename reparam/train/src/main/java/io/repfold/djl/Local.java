package io.repfold.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

/** Arrays that live no longer than a pass. */
final class Local {
  private Local() {}

  /** A view of a parameter or constant that belongs to the manager of {@code beside}. */
  static PtNDArray reshape(PtNDArray beside, PtNDArray lasting, long... dims) {
    PtNDArray view = JniUtils.reshape(lasting, dims);
    view.attach(beside.getManager());
    return view;
  }

  /**
   * A number in memory of the engine's own. What DJL makes of a number lies in a buffer of Java's,
   * which is gone once the array is closed and garbage is collected; the backward pass would read
   * what lies there then.
   */
  static PtNDArray scalar(PtNDArray beside, float value) {
    try (NDArray view = beside.getManager().create(value)) {
      return (PtNDArray) view.duplicate();
    }
  }

  /** Closes what {@code value} was computed from. */
  static PtNDArray replaced(PtNDArray old, PtNDArray value) {
    old.close();
    return value;
  }
}
