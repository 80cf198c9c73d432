package io.repfold.graph;

import java.util.ArrayList;
import java.util.List;

/** Batch normalisation and softmax. */
final class NormalizationMath {
  private NormalizationMath() {}

  /**
   * Y, and in training mode the running mean and variance and the batch's own. The batch variance
   * is the biased one, in the running average too.
   */
  static List<NdArray> batchNorm(
      Op.BatchNormalization op,
      NdArray x,
      NdArray scale,
      NdArray shift,
      NdArray mean,
      NdArray variance) {
    Check.that(x.rank() >= 1, "the input must be [N, C, ...], got %s", x);
    int channels = channels(x);
    for (NdArray parameter : List.of(scale, shift, mean, variance)) {
      Check.that(
          parameter.rank() == 1 && parameter.dim(0) == channels,
          "parameter %s does not fit %d channels",
          parameter,
          channels);
    }
    List<NdArray> outputs = new ArrayList<>();
    NdArray usedMean = mean;
    NdArray usedVariance = variance;
    if (op.training()) {
      usedMean = batchMean(x);
      usedVariance = batchVariance(x, usedMean);
      outputs.add(running(op.momentum(), mean, usedMean));
      outputs.add(running(op.momentum(), variance, usedVariance));
      outputs.add(usedMean);
      outputs.add(usedVariance);
    }
    NdArray y = Layout.zeros(x.type(), x.dims());
    int size = pixels(x);
    for (int i = 0; i < y.data().length; i++) {
      int c = i / size % channels;
      double deviation = Math.sqrt(usedVariance.data()[c] + op.epsilon());
      y.data()[i] =
          scale.data()[c] * (x.data()[i] - usedMean.data()[c]) / deviation + shift.data()[c];
    }
    outputs.add(0, y);
    return outputs;
  }

  private static NdArray running(double momentum, NdArray old, NdArray batch) {
    NdArray y = Layout.zeros(old.type(), old.dims());
    for (int c = 0; c < y.data().length; c++) {
      y.data()[c] = old.data()[c] * momentum + batch.data()[c] * (1 - momentum);
    }
    return y;
  }

  /** An input with one axis has one channel. */
  private static int channels(NdArray x) {
    return x.rank() == 1 ? 1 : x.dim(1);
  }

  private static int pixels(NdArray x) {
    return Layout.product(x.dims(), Math.min(2, x.rank()), x.rank());
  }

  private static NdArray batchMean(NdArray x) {
    NdArray mean = Layout.zeros(x.type(), channels(x));
    int size = pixels(x);
    int elements = x.dim(0) * size;
    for (int i = 0; i < x.data().length; i++) {
      mean.data()[i / size % mean.dim(0)] += x.data()[i] / elements;
    }
    return mean;
  }

  private static NdArray batchVariance(NdArray x, NdArray mean) {
    NdArray variance = Layout.zeros(x.type(), mean.dims());
    int size = pixels(x);
    int elements = x.dim(0) * size;
    for (int i = 0; i < x.data().length; i++) {
      int c = i / size % mean.dim(0);
      double difference = x.data()[i] - mean.data()[c];
      variance.data()[c] += difference * difference / elements;
    }
    return variance;
  }

  static NdArray softmax(Op.Softmax op, NdArray x, Sums sums) {
    int axis = op.flattens() && op.axis() == x.rank() ? x.rank() : Layout.axis(op.axis(), x.rank());
    int outer = Layout.product(x.dims(), 0, axis);
    int inner = op.flattens() ? 1 : Layout.product(x.dims(), axis + 1, x.rank());
    int length = op.flattens() ? Layout.product(x.dims(), axis, x.rank()) : x.dim(axis);
    NdArray y = Layout.zeros(x.type(), x.dims());
    for (int row = 0; row < outer * inner; row++) {
      int start = row / inner * length * inner + row % inner;
      double max = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < length; i++) {
        max = Math.max(max, x.data()[start + i * inner]);
      }
      double sum = 0;
      for (int i = 0; i < length; i++) {
        double exp = Math.exp(x.data()[start + i * inner] - max);
        y.data()[start + i * inner] = exp;
        sum = sums.add(sum, exp);
      }
      for (int i = 0; i < length; i++) {
        y.data()[start + i * inner] /= sum;
      }
    }
    return y;
  }
}
