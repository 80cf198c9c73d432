package io.repfold.graph;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Normalizations by the statistics of the input itself. */
final class StatisticsMath {
  private StatisticsMath() {}

  static NdArray layer(
      Op.LayerNormalization op, NdArray x, NdArray scale, @Nullable NdArray shift, Sums sums) {
    int axis = Layout.axis(op.axis(), x.rank());
    NdArray y = normalized(x, Layout.product(x.dims(), axis, x.rank()), op.epsilon(), sums);
    y = stretched(y, scale, (a, b) -> a * b);
    return shift == null ? y : stretched(y, shift, Double::sum);
  }

  private static NdArray stretched(
      NdArray y, NdArray parameter, java.util.function.DoubleBinaryOperator function) {
    NdArray result = ElementwiseMath.broadcast(y.type(), y, parameter, function);
    Check.that(Arrays.equals(result.dims(), y.dims()), "%s does not fit %s", parameter, y);
    return result;
  }

  static NdArray instance(
      Op.InstanceNormalization op, NdArray x, NdArray scale, NdArray shift, Sums sums) {
    Check.that(x.rank() >= 3, "the input must be [N, C, D...], got %s", x);
    int pixels = Layout.product(x.dims(), 2, x.rank());
    NdArray y = normalized(x, pixels, op.epsilon(), sums);
    return affine(y, pixels, scale, shift, x.dim(1));
  }

  static NdArray group(
      Op.GroupNormalization op, NdArray x, NdArray scale, NdArray shift, Sums sums) {
    Check.that(x.rank() >= 2, "the input must be [N, C, D...], got %s", x);
    int channels = x.dim(1);
    Check.that(
        channels % op.groups() == 0,
        "%d channels are not divisible into %d groups",
        channels,
        op.groups());
    int pixels = Layout.product(x.dims(), 2, x.rank());
    int group = channels / op.groups() * pixels;
    NdArray y = normalized(x, group, op.epsilon(), sums);
    return op.scalesGroups()
        ? affine(y, group, scale, shift, op.groups())
        : affine(y, pixels, scale, shift, channels);
  }

  /** {@code (x - mean) / sqrt(variance + epsilon)} of each run of {@code length} elements. */
  private static NdArray normalized(NdArray x, int length, double epsilon, Sums sums) {
    NdArray y = Layout.zeros(x.type(), x.dims());
    for (int start = 0; start < x.data().length; start += length) {
      double sum = 0;
      for (int i = start; i < start + length; i++) {
        sum = sums.add(sum, x.data()[i]);
      }
      double mean = sum / length;
      double squares = 0;
      for (int i = start; i < start + length; i++) {
        double deviation = x.data()[i] - mean;
        y.data()[i] = deviation;
        squares = sums.add(squares, deviation * deviation);
      }
      double divisor = Math.sqrt(squares / length + epsilon);
      for (int i = start; i < start + length; i++) {
        y.data()[i] /= divisor;
      }
    }
    return y;
  }

  /** Scales and shifts runs of {@code length} elements, by the numbers in turn. */
  private static NdArray affine(NdArray y, int length, NdArray scale, NdArray shift, int count) {
    for (NdArray parameter : new NdArray[] {scale, shift}) {
      Check.that(
          parameter.rank() == 1 && parameter.dim(0) == count,
          "parameter %s must be [%d]",
          parameter,
          count);
    }
    for (int i = 0; i < y.data().length; i++) {
      int c = i / length % count;
      y.data()[i] = y.data()[i] * scale.data()[c] + shift.data()[c];
    }
    return y;
  }

  static NdArray lp(Op.LpNormalization op, NdArray x, Sums sums) {
    NormalizationMath.Rows rows = NormalizationMath.Rows.along(x, op.axis());
    NdArray y = Layout.zeros(x.type(), x.dims());
    for (int row = 0; row < rows.count(); row++) {
      int start = rows.start(row);
      double sum = 0;
      for (int i = 0; i < rows.length(); i++) {
        double v = x.data()[start + i * rows.inner()];
        sum = sums.add(sum, op.p() == 1 ? Math.abs(v) : v * v);
      }
      double norm = op.p() == 1 ? sum : Math.sqrt(sum);
      for (int i = 0; i < rows.length(); i++) {
        int at = start + i * rows.inner();
        y.data()[at] = norm == 0 ? 0 : x.data()[at] / norm;
      }
    }
    return y;
  }
}
