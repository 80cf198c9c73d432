package io.repfold.graph;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pooling over any number of spatial axes. */
final class PoolingMath {
  private PoolingMath() {}

  /**
   * Maxima, and their flat indices in the whole input. Padding never wins; ties go to the first.
   */
  static List<NdArray> maxPool(Op.MaxPool op, NdArray x) {
    SlidingWindow window = window(op.window(), x, op.kernel(), op.ceilMode());
    int planes = x.dim(0) * x.dim(1);
    int imageSize = Layout.count(window.image());
    int gridSize = Layout.count(window.grid());
    NdArray y = Layout.zeros(x.type(), dims(x, window.grid()));
    NdArray indices = Layout.zeros(ElementType.INT64, y.dims());
    Arrays.fill(y.data(), Double.NEGATIVE_INFINITY);
    Arrays.fill(indices.data(), -1);
    for (int tap = 0; tap < window.taps(); tap++) {
      int[] runs = window.runs(tap);
      for (int plane = 0; plane < planes; plane++) {
        for (int r = 0; r < runs.length; r += 4) {
          for (int i = 0; i < runs[r + 2]; i++) {
            int from = plane * imageSize + runs[r + 1] + i * runs[r + 3];
            int to = plane * gridSize + runs[r] + i;
            double value = x.data()[from];
            if (indices.data()[to] < 0 || value > y.data()[to] || Double.isNaN(value)) {
              y.data()[to] = value;
              indices.data()[to] = from;
            }
          }
        }
      }
    }
    if (op.columnMajorIndices()) {
      columnMajor(indices.data(), window.image(), imageSize);
    }
    return List.of(y, indices);
  }

  /** Renumbers flat indices so that the first spatial axis varies fastest. */
  private static void columnMajor(double[] indices, int[] image, int imageSize) {
    for (int at = 0; at < indices.length; at++) {
      if (indices[at] < 0) {
        continue;
      }
      int plane = (int) indices[at] / imageSize;
      int rest = (int) indices[at] % imageSize;
      int stride = imageSize;
      int index = 0;
      for (int i = image.length - 1; i >= 0; i--) {
        stride /= image[i];
        index += rest % image[i] * stride;
        rest /= image[i];
      }
      indices[at] = plane * imageSize + index;
    }
  }

  static NdArray averagePool(Op.AveragePool op, NdArray x, Sums sums) {
    SlidingWindow window = window(op.window(), x, op.kernel(), op.ceilMode());
    SlidingWindow counted = op.countIncludePad() ? window.overPadding() : window;
    int planes = x.dim(0) * x.dim(1);
    int imageSize = Layout.count(window.image());
    int gridSize = Layout.count(window.grid());
    double[] counts = new double[gridSize];
    NdArray y = Layout.zeros(x.type(), dims(x, window.grid()));
    for (int tap = 0; tap < window.taps(); tap++) {
      int[] within = counted.runs(tap);
      for (int r = 0; r < within.length; r += 4) {
        for (int i = 0; i < within[r + 2]; i++) {
          counts[within[r] + i]++;
        }
      }
      int[] runs = window.runs(tap);
      for (int plane = 0; plane < planes; plane++) {
        for (int r = 0; r < runs.length; r += 4) {
          for (int i = 0; i < runs[r + 2]; i++) {
            int to = plane * gridSize + runs[r] + i;
            double value = x.data()[plane * imageSize + runs[r + 1] + i * runs[r + 3]];
            y.data()[to] = sums.add(y.data()[to], value);
          }
        }
      }
    }
    for (int i = 0; i < y.data().length; i++) {
      y.data()[i] /= counts[i % gridSize];
    }
    return y;
  }

  static NdArray globalAveragePool(NdArray x, Sums sums) {
    int size = Layout.count(ConvolutionMath.spatial(x));
    int[] ones = new int[x.rank() - 2];
    Arrays.fill(ones, 1);
    NdArray y = Layout.zeros(x.type(), dims(x, ones));
    for (int i = 0; i < x.data().length; i++) {
      y.data()[i / size] = sums.add(y.data()[i / size], x.data()[i]);
    }
    for (int i = 0; i < y.data().length; i++) {
      y.data()[i] /= size;
    }
    return y;
  }

  /**
   * Puts each value at its flat index; zero elsewhere. The indices count in the shape that inverts
   * the pooling; a larger output shape adds zeros at the ends.
   */
  static NdArray maxUnpool(
      Op.MaxUnpool op, NdArray x, NdArray indices, long @Nullable [] outputShape) {
    int[] pooled = ConvolutionMath.spatial(x);
    int[] kernel = op.kernel().stream().mapToInt(Integer::intValue).toArray();
    SlidingWindow.checkAxes(op.window(), pooled.length, kernel);
    Check.that(Arrays.equals(x.dims(), indices.dims()), "the indices %s do not fit %s", indices, x);
    int[] spatial = new int[pooled.length];
    for (int i = 0; i < spatial.length; i++) {
      spatial[i] =
          (pooled[i] - 1) * op.window().stride(i)
              + kernel[i]
              - op.window().padBegin(i)
              - op.window().padEnd(i);
      Check.that(
          spatial[i] >= 1, "the output would have %d elements on spatial axis %d", spatial[i], i);
    }
    NdArray y = Layout.zeros(x.type(), dims(x, spatial));
    for (int i = 0; i < x.data().length; i++) {
      int to = (int) indices.data()[i];
      if (to < 0 || to >= y.data().length) {
        throw new InvalidGraphException("index %d lies outside %s".formatted(to, y));
      }
      y.data()[to] = x.data()[i];
    }
    if (outputShape == null) {
      return y;
    }
    Check.that(
        outputShape.length == y.rank(),
        "output shape %s does not fit %s",
        Arrays.toString(outputShape),
        y);
    int[][] picks = new int[y.rank()][];
    for (int i = 0; i < picks.length; i++) {
      Check.that(
          outputShape[i] >= y.dim(i),
          "output shape %s does not fit %s",
          Arrays.toString(outputShape),
          y);
      picks[i] = Arrays.copyOf(Layout.range(0, y.dim(i)), Math.toIntExact(outputShape[i]));
      Arrays.fill(picks[i], y.dim(i), picks[i].length, -1);
    }
    return Layout.pick(y, picks, 0);
  }

  private static SlidingWindow window(
      Window window, NdArray x, List<Integer> kernel, boolean ceil) {
    int[] sizes = kernel.stream().mapToInt(Integer::intValue).toArray();
    return SlidingWindow.of(window, ConvolutionMath.spatial(x), sizes, ceil);
  }

  private static int[] dims(NdArray x, int[] spatial) {
    int[] dims = x.dims().clone();
    System.arraycopy(spatial, 0, dims, 2, spatial.length);
    return dims;
  }
}
