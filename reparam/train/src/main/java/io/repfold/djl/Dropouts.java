package io.repfold.djl;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

/** Dropout of whole channels; nothing is dropped in inference. */
final class Dropouts {
  private Dropouts() {}

  /**
   * @param plane the image's shape with one element a channel
   */
  static Step channels(Shape plane, double ratio) {
    return Step.single(
        (in, training) -> {
          if (!training) {
            return JniUtils.dropout(in[0], ratio, false);
          }
          try (PtNDArray ones = (PtNDArray) in[0].getManager().ones(plane, in[0].getDataType());
              PtNDArray mask = JniUtils.dropout(ones, ratio, true)) {
            return JniUtils.mul(in[0], mask);
          }
        });
  }
}
