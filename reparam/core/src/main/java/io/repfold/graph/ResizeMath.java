package io.repfold.graph;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Interpolation, one axis after the other. */
final class ResizeMath {
  private ResizeMath() {}

  /** The elements that one output position reads, clamped to the axis, and their weights. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Taps(int[] indices, double[] weights) {}

  static NdArray resize(
      Op.Resize op,
      NdArray x,
      @Nullable NdArray roi,
      @Nullable NdArray scales,
      @Nullable NdArray sizes) {
    ResizeAxis[] axes = ResizeAxis.of(op, x.dims(), roi, scales, sizes);
    NdArray y = x;
    for (int i = 0; i < axes.length; i++) {
      if (!axes[i].isIdentity()) {
        y = along(op, y, i, axes[i]);
      }
    }
    if (op.coordinates().equals("tf_crop_and_resize")) {
      extrapolate(op, y, axes);
    }
    return y;
  }

  /** The map of one axis as a matrix {@code [output, input]}. */
  static NdArray matrix(Op.Resize op, ResizeAxis axis) {
    NdArray matrix = Layout.zeros(ElementType.FLOAT, axis.output(), axis.input());
    for (int at = 0; at < axis.output(); at++) {
      Taps taps = taps(op, axis, at);
      for (int t = 0; t < taps.indices.length; t++) {
        matrix.data()[at * axis.input() + taps.indices[t]] += taps.weights[t];
      }
    }
    return matrix;
  }

  private static NdArray along(Op.Resize op, NdArray x, int axis, ResizeAxis resize) {
    int[] dims = x.dims().clone();
    dims[axis] = resize.output();
    NdArray y = Layout.zeros(x.type(), dims);
    int outer = Layout.product(dims, 0, axis);
    int inner = Layout.product(dims, axis + 1, dims.length);
    for (int at = 0; at < resize.output(); at++) {
      Taps taps = taps(op, resize, at);
      for (int o = 0; o < outer; o++) {
        int to = (o * resize.output() + at) * inner;
        for (int t = 0; t < taps.indices.length; t++) {
          int from = (o * resize.input() + taps.indices[t]) * inner;
          double weight = taps.weights[t];
          for (int i = 0; i < inner; i++) {
            y.data()[to + i] += weight * x.data()[from + i];
          }
        }
      }
    }
    return y;
  }

  /** Positions outside the crop, on any axis, take the extrapolation value. */
  private static void extrapolate(Op.Resize op, NdArray y, ResizeAxis[] axes) {
    int[] index = new int[y.rank()];
    for (int at = 0; at < y.data().length; at++) {
      for (int i = 0; i < index.length; i++) {
        double coordinate = axes[i].coordinate(index[i]);
        if (coordinate < 0 || coordinate > axes[i].input() - 1) {
          y.data()[at] = op.extrapolationValue();
        }
      }
      Layout.next(index, y.dims(), index.length);
    }
  }

  private static Taps taps(Op.Resize op, ResizeAxis axis, int at) {
    if (op.mode().equals("nearest")) {
      int pixel = nearest(op, axis.roundedCoordinate(at));
      return new Taps(new int[] {clamp(pixel, axis)}, new double[] {1});
    }
    double coordinate = axis.coordinate(at);
    Check.that(
        op.mode().equals("linear") || op.mode().equals("cubic"),
        "mode '%s' is none of nearest, linear and cubic",
        op.mode());
    double shrink = op.antialias() ? Math.min(1, axis.scale()) : 1;
    int support = op.mode().equals("linear") ? 1 : 2;
    // The element to the left, at distance (0, 1], and as many as the stretched kernel covers.
    int left = (int) Math.ceil(coordinate) - 1;
    int start = (int) Math.floor(-support / shrink) + 1;
    int count = 2 - 2 * start;
    int[] indices = new int[count];
    double[] weights = new double[count];
    for (int i = 0; i < count; i++) {
      int index = left + start + i;
      double distance = Math.abs(index - coordinate) * shrink;
      indices[i] = clamp(index, axis);
      weights[i] = support == 1 ? Math.max(0, 1 - distance) : cubic(op, distance);
      if (op.excludeOutside() && indices[i] != index) {
        weights[i] = 0;
      }
    }
    double sum = Arrays.stream(weights).sum();
    Arrays.setAll(weights, i -> weights[i] / sum);
    return new Taps(indices, weights);
  }

  private static int nearest(Op.Resize op, double coordinate) {
    double rounded =
        switch (op.nearestMode()) {
          case "round_prefer_floor" -> Math.ceil(coordinate - 0.5);
          case "round_prefer_ceil" -> Math.floor(coordinate + 0.5);
          case "floor" -> Math.floor(coordinate);
          case "ceil" -> Math.ceil(coordinate);
          default ->
              throw new InvalidGraphException(
                  "nearest_mode '%s' is not defined".formatted(op.nearestMode()));
        };
    return (int) rounded;
  }

  private static int clamp(int index, ResizeAxis axis) {
    return Math.max(0, Math.min(axis.input() - 1, index));
  }

  /** Keys, Cubic Convolution Interpolation, 1981, with coefficient a. */
  private static double cubic(Op.Resize op, double d) {
    double a = op.cubicCoefficient();
    if (d <= 1) {
      return ((a + 2) * d - (a + 3)) * d * d + 1;
    }
    return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
  }
}
