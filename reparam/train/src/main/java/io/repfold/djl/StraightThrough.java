package io.repfold.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.repfold.graph.ElementType;
import io.repfold.graph.NdArray;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Rounding to integers and back that lets gradients through: as if nothing were rounded where the
 * integer is in its range, and none where it saturates (the straight-through estimator; Bengio et
 * al. 2013, Jacob et al., CVPR 2018). Integers are kept in float32, which holds all of 8 and 16
 * bits.
 */
final class StraightThrough {
  private StraightThrough() {}

  /** To nearest even; the slope is 1. */
  static PtNDArray round(PtNDArray x) {
    boolean recording = JniUtils.isGradMode();
    JniUtils.setGradMode(false);
    // x and its rounded value are within a factor of 2, or one is 0: both sums are exact.
    try (PtNDArray rounded = JniUtils.round(x);
        PtNDArray rest = JniUtils.sub(rounded, x)) {
      JniUtils.setGradMode(recording);
      return JniUtils.add(x, rest);
    } finally {
      JniUtils.setGradMode(recording);
    }
  }

  /** A step that only rounds. */
  static Step rounding() {
    return Step.single((in, training) -> round(in[0]));
  }

  /**
   * {@code saturate(round(x / steps) + zero points)}. Operands: x, steps, zero points if there are
   * some.
   */
  static Step quantize(ElementType type, boolean shifted) {
    Check.that(
        type.bits() <= Short.SIZE && type.isNumeric() && !type.isFloat(),
        "rounding to %s is not trained, only to integers of 8 and 16 bits",
        type);
    double least = type.least();
    double most = type.most();
    return Step.single(
        (in, training) -> {
          try (PtNDArray quotient = JniUtils.div(in[0], in[1]);
              PtNDArray rounded = round(quotient)) {
            if (!shifted) {
              return Elementwise.clip(rounded, least, most);
            }
            try (PtNDArray moved = JniUtils.add(rounded, in[2])) {
              return Elementwise.clip(moved, least, most);
            }
          }
        });
  }

  /** {@code (x - zero points) * steps}. Operands: x, steps, zero points if there are some. */
  static Step dequantize(boolean shifted) {
    return Step.single(
        (in, training) -> {
          if (!shifted) {
            return JniUtils.mul(in[0], in[1]);
          }
          try (PtNDArray moved = JniUtils.sub(in[0], in[2])) {
            return JniUtils.mul(moved, in[1]);
          }
        });
  }

  /** Whether there are zero points other than 0. */
  static boolean isShifted(@Nullable NdArray zeroPoints) {
    return zeroPoints != null && Arrays.stream(zeroPoints.data()).anyMatch(zero -> zero != 0);
  }

  /**
   * Steps or zero points as real numbers that broadcast to {@code x}.
   *
   * @param values one for all, or one for each index of the axis
   */
  static NdArray along(NdArray values, int axis, long... x) {
    double[] numbers = values.data();
    if (numbers.length == 1) {
      return NdArray.of(numbers);
    }
    int along = axis < 0 ? axis + x.length : axis;
    Check.that(
        values.rank() == 1 && along >= 0 && along < x.length && x[along] == numbers.length,
        "%d scales or zero points do not fit to axis %d of %s",
        numbers.length,
        axis,
        Arrays.toString(x));
    int[] dims = new int[x.length];
    Arrays.fill(dims, 1);
    dims[along] = numbers.length;
    return NdArray.of(numbers, dims);
  }
}
