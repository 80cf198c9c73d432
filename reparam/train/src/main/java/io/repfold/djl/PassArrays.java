package io.repfold.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

/** Arrays that live no longer than a pass. */
final class PassArrays {
  private PassArrays() {}

  /** A view of a parameter or constant that belongs to the manager of {@code beside}. */
  static PtNDArray reshape(PtNDArray beside, PtNDArray lasting, long... dims) {
    PtNDArray view = JniUtils.reshape(lasting, dims);
    view.attach(beside.getManager());
    return view;
  }

  /** Closes what {@code value} was computed from. */
  static PtNDArray replaced(PtNDArray old, PtNDArray value) {
    old.close();
    return value;
  }
}
