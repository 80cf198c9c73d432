package io.repfold.graph;

import java.util.ArrayList;
import java.util.List;

/** Batch normalization and softmaxes. */
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

  /**
   * Elements that are looked at together: {@code length} of them, {@code inner} apart.
   *
   * @param count how many such sets there are
   */
  record Rows(int count, int length, int inner) {
    /** Along an axis. */
    static Rows along(NdArray x, int axis) {
      int at = Layout.axis(axis, x.rank());
      int inner = Layout.product(x.dims(), at + 1, x.rank());
      return new Rows(Layout.product(x.dims(), 0, at) * inner, x.dim(at), inner);
    }

    /** Over an axis and all that follow, of which there may be none. */
    static Rows from(NdArray x, int axis) {
      int at = axis == x.rank() ? axis : Layout.axis(axis, x.rank());
      return new Rows(Layout.product(x.dims(), 0, at), Layout.product(x.dims(), at, x.rank()), 1);
    }

    static Rows of(NdArray x, int axis, boolean flattens) {
      return flattens ? from(x, axis) : along(x, axis);
    }

    /** The place of the first element of a row. */
    int start(int row) {
      return row / inner * length * inner + row % inner;
    }

    double largest(NdArray x, int start) {
      double max = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < length; i++) {
        max = Math.max(max, x.data()[start + i * inner]);
      }
      return max;
    }
  }

  static NdArray softmax(Op.Softmax op, NdArray x, Sums sums) {
    Rows rows = Rows.of(x, op.axis(), op.flattens());
    NdArray y = Layout.zeros(x.type(), x.dims());
    for (int row = 0; row < rows.count(); row++) {
      int start = rows.start(row);
      double max = rows.largest(x, start);
      double sum = 0;
      for (int i = 0; i < rows.length(); i++) {
        double exp = Math.exp(x.data()[start + i * rows.inner()] - max);
        y.data()[start + i * rows.inner()] = exp;
        sum = sums.add(sum, exp);
      }
      for (int i = 0; i < rows.length(); i++) {
        y.data()[start + i * rows.inner()] /= sum;
      }
    }
    return y;
  }

  /**
   * {@code x - m - log(sum(exp(x - m)))}, where m is the largest element, or the largest number in
   * place of an infinity, so that it can be subtracted from itself.
   */
  static NdArray logSoftmax(Op.LogSoftmax op, NdArray x, Sums sums) {
    double most = x.type() == ElementType.DOUBLE ? Double.MAX_VALUE : Float.MAX_VALUE;
    Rows rows = Rows.of(x, op.axis(), op.flattens());
    NdArray y = Layout.zeros(x.type(), x.dims());
    for (int row = 0; row < rows.count(); row++) {
      int start = rows.start(row);
      double max = Math.min(most, Math.max(-most, rows.largest(x, start)));
      double sum = 0;
      for (int i = 0; i < rows.length(); i++) {
        double shifted = x.data()[start + i * rows.inner()] - max;
        y.data()[start + i * rows.inner()] = shifted;
        sum = sums.add(sum, Math.exp(shifted));
      }
      for (int i = 0; i < rows.length(); i++) {
        y.data()[start + i * rows.inner()] -= Math.log(sum);
      }
    }
    return y;
  }

  static NdArray hardmax(Op.Hardmax op, NdArray x) {
    Rows rows = Rows.of(x, op.axis(), op.flattens());
    NdArray y = Layout.zeros(x.type(), x.dims());
    for (int row = 0; row < rows.count(); row++) {
      int start = rows.start(row);
      double max = rows.largest(x, start);
      boolean found = false;
      for (int i = 0; i < rows.length() && !found; i++) {
        int at = start + i * rows.inner();
        found = x.data()[at] == max || Double.isNaN(max);
        y.data()[at] = found ? 1 : 0;
      }
    }
    return y;
  }
}
