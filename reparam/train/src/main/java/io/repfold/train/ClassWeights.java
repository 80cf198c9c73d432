package io.repfold.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/** One factor a class. */
final class ClassWeights {
  private final float[] values;

  ClassWeights(double[] values) {
    this.values = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      this.values[i] = (float) values[i];
    }
  }

  /** The factor of every pixel's class, [N, H, W]; 0 where the label is ignored. */
  NDArray of(Pixels pixels) {
    NDArray table = pixels.like(pixels.manager().create(values));
    NDArray flat = pixels.classes().reshape(new Shape(-1));
    return table.gather(flat, 0).reshape(pixels.valid().getShape()).mul(pixels.valid());
  }
}
