package io.repfold.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.repfold.graph.Op;
import java.util.Arrays;

/**
 * Batch normalization. Operands: image, scale, shift, running mean, running variance, and the mask
 * of a border.
 */
final class Normalizations {
  private Normalizations() {}

  /**
   * With batch statistics in training, which also move the running ones, as PyTorch does: the
   * running variance follows the unbiased variance of the batch.
   *
   * @param learns whether training uses batch statistics
   */
  static Step of(Op.BatchNormalization op, long[] x, boolean learns) {
    Check.that(
        !op.training(),
        "training_mode is on; export the graph for inference, training is switched on when the"
            + " block runs");
    double momentum = 1 - (double) op.momentum();
    double epsilon = op.epsilon();
    return Step.single(
        (in, training) -> {
          boolean batch = training && learns;
          if (batch) {
            checkBatch(x);
          }
          return normalized(in, in[0], batch, momentum, epsilon);
        });
  }

  private static PtNDArray normalized(
      PtNDArray[] in, PtNDArray x, boolean batch, double momentum, double epsilon) {
    return JniUtils.batchNorm(x, in[3], in[4], in[1], in[2], batch, momentum, epsilon);
  }

  /** With statistics that the graph computes, by which there is a gradient. */
  static Step given(Op.BatchNormalization op, long[] x) {
    long[] channels = new long[x.length];
    Arrays.fill(channels, 1);
    channels[1] = x[1];
    double epsilon = op.epsilon();
    return Step.single(
        (in, training) -> {
          try (PtNDArray mean = JniUtils.reshape(in[3], channels);
              PtNDArray centered = JniUtils.sub(in[0], mean);
              PtNDArray variance = JniUtils.reshape(in[4], channels);
              PtNDArray small = (PtNDArray) Scalars.of(variance, epsilon);
              PtNDArray more = JniUtils.add(variance, small);
              PtNDArray deviation = JniUtils.sqrt(more);
              PtNDArray unit = JniUtils.div(centered, deviation);
              PtNDArray scale = JniUtils.reshape(in[1], channels);
              PtNDArray scaled = JniUtils.mul(unit, scale);
              PtNDArray shift = JniUtils.reshape(in[2], channels)) {
            return JniUtils.add(scaled, shift);
          }
        });
  }

  private static void checkBatch(long[] x) {
    long values = x[0] * Arrays.stream(x, 2, x.length).reduce(1, Math::multiplyExact);
    Check.that(
        values > 1,
        "batch statistics need more than one value a channel, the input is %s; use a larger batch"
            + " or image, or freeze this normalization's statistics",
        Arrays.toString(x));
  }

  /**
   * Zero padding and then batch normalization, as one step. In training the statistics are those of
   * the image without its border, and the border is what the running statistics make of zero,
   * without a gradient (Ding et al., "Diverse Branch Block", CVPR 2021). In inference it is what
   * the two nodes are.
   *
   * @param pads in the engine's order
   */
  static Step bordered(Op.BatchNormalization op, long[] x, boolean learns, long[] pads) {
    double momentum = 1 - (double) op.momentum();
    double epsilon = op.epsilon();
    long[] channels = new long[x.length - 1];
    Arrays.fill(channels, 1);
    channels[0] = x[1];
    return Step.single(
        (in, training) -> {
          if (!training || !learns) {
            try (PtNDArray padded = JniUtils.pad(in[0], pads, 0)) {
              return normalized(in, padded, false, momentum, epsilon);
            }
          }
          checkBatch(x);
          try (PtNDArray inner = normalized(in, in[0], true, momentum, epsilon);
              PtNDArray border = border(in, channels, epsilon)) {
            PtNDArray padded = JniUtils.pad(inner, pads, 0);
            JniUtils.addi(padded, border);
            return padded;
          }
        });
  }

  /** What the running statistics make of zero, on the border; zero inside. */
  private static PtNDArray border(PtNDArray[] in, long[] channels, double epsilon) {
    boolean recording = JniUtils.isGradMode();
    JniUtils.setGradMode(false);
    try (PtNDArray zero =
            JniUtils.zerosLike(
                in[3],
                in[3].getDataType(),
                in[3].getDevice(),
                ai.djl.ndarray.types.SparseFormat.DENSE);
        PtNDArray row = PassArrays.reshape(in[0], zero, 1, channels[0]);
        PtNDArray value = normalized(in, row, false, 0, epsilon);
        PtNDArray column = JniUtils.reshape(value, channels)) {
      return JniUtils.mul(column, in[5]);
    } finally {
      JniUtils.setGradMode(recording);
    }
  }
}
