package io.repfold.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.jspecify.annotations.Nullable;

/** A batch as the losses see it. Everything is computed once. */
final class Pixels {
  private final NDArray logits;
  private final NDArray classes;
  private final NDArray isValid;
  private final NDArray valid;
  private final NDArray count;
  private @Nullable NDArray logProbabilities;
  private @Nullable NDArray ofTrueClass;

  Pixels(NDArray logits, NDArray labels, LossOptions options) {
    Shape shape = checked(logits, labels, options);
    this.logits = logits.reshape(shape);
    NDArray wide =
        labels.toType(DataType.INT64, false).reshape(shape.get(0), shape.get(2), shape.get(3));
    this.isValid = wide.neq(options.ignoreIndex());
    this.classes = wide.mul(isValid.toType(DataType.INT64, false));
    this.valid = isValid.toType(logits.getDataType(), false);
    this.count = valid.sum();
    if (!labels.getDevice().isGpu()) {
      checkRange(options);
    }
  }

  /** The logits' shape with four axes. */
  private static Shape checked(NDArray logits, NDArray labels, LossOptions options) {
    Shape shape = logits.getShape();
    if (shape.dimension() == 2) {
      shape = new Shape(shape.get(0), shape.get(1), 1, 1);
    }
    boolean fits =
        shape.dimension() == 4
            && shape.get(1) == options.classes()
            && labels.size() == shape.get(0) * shape.get(2) * shape.get(3);
    if (!fits || shape.size() == 0) {
      throw new IllegalArgumentException(
          "A loss over %d classes takes logits [N, %d, H, W] and labels [N, H, W], got %s and %s"
              .formatted(
                  options.classes(), options.classes(), logits.getShape(), labels.getShape()));
    }
    return shape;
  }

  private void checkRange(LossOptions options) {
    try (NDArray least = classes.min();
        NDArray most = classes.max()) {
      if (least.getLong() < 0 || most.getLong() >= options.classes()) {
        throw new IllegalArgumentException(
            "Label %d is neither a class from 0 to %d nor the ignored label %d; check the masks or"
                    .formatted(
                        least.getLong() < 0 ? least.getLong() : most.getLong(),
                        options.classes() - 1,
                        options.ignoreIndex())
                + " the number of classes");
      }
    }
  }

  NDManager manager() {
    return logits.getManager();
  }

  /** The same array with type and device of the logits. */
  NDArray like(NDArray array) {
    return array.toType(logits.getDataType(), false).toDevice(logits.getDevice(), false);
  }

  NDArray logits() {
    return logits;
  }

  /** The labels, int64 [N, H, W]; 0 where they are ignored. */
  NDArray classes() {
    return classes;
  }

  /** Which pixels count, boolean [N, H, W]. */
  NDArray isValid() {
    return isValid;
  }

  /** 1 where a pixel counts, else 0; [N, H, W]. */
  NDArray valid() {
    return valid;
  }

  /** How many pixels count, a scalar. */
  NDArray count() {
    return count;
  }

  /** Logarithms of the softmax over the classes, [N, C, H, W]. */
  NDArray logProbabilities() {
    if (logProbabilities == null) {
      logProbabilities = logits.logSoftmax(1);
    }
    return logProbabilities;
  }

  /** Logarithm of the probability of every pixel's class, [N, H, W]; 0 where it is ignored. */
  NDArray logProbability() {
    if (ofTrueClass == null) {
      ofTrueClass = logProbabilities().gather(classes.expandDims(1), 1).squeeze(1).mul(valid);
    }
    return ofTrueClass;
  }
}
