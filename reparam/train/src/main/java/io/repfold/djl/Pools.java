package io.repfold.djl;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.repfold.graph.ElementType;
import io.repfold.graph.NdArray;
import io.repfold.graph.Op;
import io.repfold.graph.SlidingWindow;
import io.repfold.graph.Window;
import java.util.Arrays;
import java.util.List;

/** Pooling over one to three spatial axes. */
final class Pools {
  private final SlidingWindow window;
  private final int axes;
  private final Shape kernel;
  private final Shape stride;
  private final Shape none;

  private Pools(Window given, long[] x, List<Integer> kernel, boolean ceilMode) {
    int[] sizes = kernel.stream().mapToInt(Integer::intValue).toArray();
    this.window = SlidingWindow.of(given, Pads.spatial(x), sizes, ceilMode);
    this.axes = sizes.length;
    this.kernel = Convolutions.shape(sizes);
    this.stride = Convolutions.shape(window.stride());
    this.none = new Shape(new long[axes]);
  }

  private boolean isDilated() {
    for (int i = 0; i < axes; i++) {
      if (window.dilation()[i] > 1 && window.kernel()[i] > 1) {
        return true;
      }
    }
    return false;
  }

  /** The engine takes the same padding on both sides, of at most half the kernel. */
  private boolean isNative(Pads pads) {
    boolean fits = !isDilated() && !pads.hasRest();
    for (int i = 0; i < axes; i++) {
      fits &= 2 * pads.common()[i] <= window.kernel()[i];
    }
    return fits;
  }

  /** Operand: image. Padding never wins. */
  static Step max(Op.MaxPool op, long[] x) {
    Pools pool = new Pools(op.window(), x, op.kernel(), op.ceilMode());
    return Step.single(pool.max());
  }

  private Step.Single max() {
    Pads pads = Pads.of(window);
    if (isNative(pads)) {
      Shape padding = new Shape(pads.common());
      return (in, training) -> JniUtils.maxPool(in[0], kernel, stride, padding, false);
    }
    long[] explicit = Pads.explicit(window);
    return (in, training) -> {
      try (PtNDArray padded = JniUtils.pad(in[0], explicit, Double.NEGATIVE_INFINITY)) {
        return isDilated()
            ? maxOfTaps(padded)
            : JniUtils.maxPool(padded, kernel, stride, none, false);
      }
    };
  }

  private PtNDArray maxOfTaps(PtNDArray padded) {
    PtNDArray y = tap(padded, 0);
    for (int i = 1; i < taps(); i++) {
      try (PtNDArray tap = tap(padded, i)) {
        y = PassArrays.replaced(y, JniUtils.max(y, tap));
      }
    }
    return y;
  }

  private int taps() {
    return Math.toIntExact(kernel.size());
  }

  /** What tap {@code index}, row-major, reads of an image that has its padding already. */
  private PtNDArray tap(PtNDArray padded, int index) {
    PtNDArray y = padded;
    int rest = index;
    for (int i = axes - 1; i >= 0; i--) {
      long from = (long) rest % window.kernel()[i] * window.dilation()[i];
      long to = from + (window.grid()[i] - 1L) * window.stride()[i] + 1;
      rest /= window.kernel()[i];
      PtNDArray part = JniUtils.slice(y, 2L + i, from, to, window.stride()[i]);
      if (i < axes - 1) {
        y.close();
      }
      y = part;
    }
    return y;
  }

  /** Operands: image, {@link #tapIndices}, {@link #planeOffsets}. Outputs: maxima, indices. */
  static Step maxWithIndices(Op.MaxPool op, long[] x) {
    Pools pool = new Pools(op.window(), x, op.kernel(), op.ceilMode());
    Step.Single max = pool.max();
    long[] explicit = Pads.explicit(pool.window);
    long[] grid = x.clone();
    for (int i = 0; i < pool.axes; i++) {
      grid[2 + i] = pool.window.grid()[i];
    }
    return (in, training) ->
        new PtNDArray[] {max.run(in, training), pool.indices(in, explicit, grid)};
  }

  private PtNDArray indices(PtNDArray[] in, long[] explicit, long[] grid) {
    boolean recording = JniUtils.isGradMode();
    JniUtils.setGradMode(false);
    PtNDArray[] taps = new PtNDArray[taps()];
    try (PtNDArray padded = JniUtils.pad(in[0], explicit, Double.NEGATIVE_INFINITY)) {
      for (int i = 0; i < taps.length; i++) {
        taps[i] = tap(padded, i);
      }
      try (PtNDArray stacked = JniUtils.stack(taps, 0);
          PtNDArray winner = JniUtils.argMax(stacked, 0, false);
          PtNDArray rows = JniUtils.reshape(winner, new long[] {grid[0] * grid[1], -1});
          PtNDArray within = PassArrays.replaced(rows, gathered(rows, in[1]));
          PtNDArray all = JniUtils.add(within, in[2])) {
        return JniUtils.reshape(all, grid);
      }
    } finally {
      JniUtils.setGradMode(recording);
      for (PtNDArray tap : taps) {
        if (tap != null) {
          tap.close();
        }
      }
    }
  }

  private static PtNDArray gathered(PtNDArray rows, PtNDArray table) {
    PtNDArray found = JniUtils.gather(table, rows, 0);
    found.attach(rows.getManager());
    return found;
  }

  /** {@code [taps, positions]}: the index within a plane that a tap reads. */
  static NdArray tapIndices(Op.MaxPool op, long[] x) {
    Pools pool = new Pools(op.window(), x, op.kernel(), op.ceilMode());
    SlidingWindow w = pool.window;
    int positions = Arrays.stream(w.grid()).reduce(1, Math::multiplyExact);
    double[] table = new double[pool.taps() * positions];
    for (int at = 0; at < table.length; at++) {
      int position = at % positions;
      int tap = at / positions;
      int step = 1;
      int[] coordinate = new int[pool.axes];
      for (int i = pool.axes - 1; i >= 0; i--) {
        coordinate[i] =
            position % w.grid()[i] * w.stride()[i]
                + tap % w.kernel()[i] * w.dilation()[i]
                - w.padBegin()[i];
        position /= w.grid()[i];
        tap /= w.kernel()[i];
      }
      for (int k = 0; k < pool.axes; k++) {
        int i = op.columnMajorIndices() ? k : pool.axes - 1 - k;
        table[at] += (double) coordinate[i] * step;
        step *= w.image()[i];
      }
    }
    return new NdArray(ElementType.INT64, new int[] {pool.taps(), positions}, table);
  }

  /** {@code [N * C, 1]}: the index of each plane's first element. */
  static NdArray planeOffsets(long[] x) {
    int planes = Math.toIntExact(x[0] * x[1]);
    int size = Arrays.stream(Pads.spatial(x)).reduce(1, Math::multiplyExact);
    double[] offsets = new double[planes];
    Arrays.setAll(offsets, i -> (double) i * size);
    return new NdArray(ElementType.INT64, new int[] {planes, 1}, offsets);
  }

  /** Operands: image, {@link #averageWeights}. */
  static Step average(Op.AveragePool op, long[] x) {
    Pools pool = new Pools(op.window(), x, op.kernel(), op.ceilMode());
    Pads pads = Pads.of(pool.window);
    Shape padding = new Shape(pads.common());
    if (pool.isNative(pads) && pool.weighsAllTheSame(op)) {
      return Step.single(
          (in, training) ->
              JniUtils.avgPool(in[0], pool.kernel, pool.stride, padding, false, true));
    }
    long[] explicit = Pads.explicit(pool.window);
    int channels = Math.toIntExact(x[1]);
    Shape dilation = Convolutions.shape(pool.window.dilation());
    return Step.single(
        (in, training) -> {
          try (PtNDArray image = JniUtils.pad(in[0], explicit, 0);
              PtNDArray sum =
                  pool.isDilated()
                      ? JniUtils.convolution(
                          image, in[2], null, pool.stride, pool.none, dilation, channels)
                      : JniUtils.avgPool(image, pool.kernel, pool.stride, pool.none, false, true)) {
            return JniUtils.mul(sum, in[1]);
          }
        });
  }

  private boolean weighsAllTheSame(Op.AveragePool op) {
    return Arrays.stream(weights(op)).allMatch(w -> w == 1);
  }

  /** {@code [1, 1, grid...]}: taps of the kernel a tap that counts. */
  static NdArray averageWeights(Op.AveragePool op, long[] x) {
    Pools pool = new Pools(op.window(), x, op.kernel(), op.ceilMode());
    int[] dims = new int[2 + pool.axes];
    Arrays.fill(dims, 1);
    System.arraycopy(pool.window.grid(), 0, dims, 2, pool.axes);
    return new NdArray(ElementType.FLOAT, dims, pool.weights(op));
  }

  private double[] weights(Op.AveragePool op) {
    SlidingWindow counted = window;
    int positions = Arrays.stream(counted.grid()).reduce(1, Math::multiplyExact);
    double[] weights = new double[positions];
    for (int at = 0; at < positions; at++) {
      int rest = at;
      double weight = 1;
      for (int i = axes - 1; i >= 0; i--) {
        int first = rest % counted.grid()[i] * counted.stride()[i] - counted.padBegin()[i];
        rest /= counted.grid()[i];
        int from = op.countIncludePad() ? -counted.padBegin()[i] : 0;
        int to = counted.image()[i] + (op.countIncludePad() ? counted.padEnd()[i] : 0);
        int inside = 0;
        for (int k = 0; k < counted.kernel()[i]; k++) {
          int read = first + k * counted.dilation()[i];
          inside += read >= from && read < to ? 1 : 0;
        }
        weight *= (double) counted.kernel()[i] / inside;
      }
      weights[at] = weight;
    }
    return weights;
  }

  /** {@code [C, 1, k...]}: a depthwise kernel that averages. */
  static NdArray averageTaps(Op.AveragePool op, long[] x) {
    int[] dims = new int[x.length];
    dims[0] = Math.toIntExact(x[1]);
    dims[1] = 1;
    int taps = 1;
    for (int i = 0; i < op.kernel().size(); i++) {
      dims[2 + i] = op.kernel().get(i);
      taps *= dims[2 + i];
    }
    double[] values = new double[dims[0] * taps];
    Arrays.fill(values, 1.0 / taps);
    return new NdArray(ElementType.FLOAT, dims, values);
  }

  /** Operands: values, indices. */
  static Step unpool(Op.MaxUnpool op, long[] x, long @org.jspecify.annotations.Nullable [] output) {
    int[] pooled = Pads.spatial(x);
    long[] dims = x.clone();
    for (int i = 0; i < pooled.length; i++) {
      dims[2 + i] =
          (pooled[i] - 1L) * op.window().stride(i)
              + op.kernel().get(i)
              - op.window().padBegin(i)
              - op.window().padEnd(i);
    }
    long[] more = new long[2 * dims.length];
    if (output != null) {
      Check.that(
          output.length == dims.length,
          "output shape %s does not fit %s",
          Arrays.toString(output),
          Arrays.toString(dims));
      for (int i = 0; i < dims.length; i++) {
        more[2 * (dims.length - 1 - i) + 1] = output[i] - dims[i];
      }
    }
    long[] flat = {-1};
    long size = new Shape(dims).size();
    return Step.single(
        (in, training) -> {
          try (PtNDArray values = JniUtils.reshape(in[0], flat);
              PtNDArray indices = JniUtils.reshape(in[1], flat);
              PtNDArray zeros =
                  (PtNDArray) in[0].getManager().zeros(new Shape(size), in[0].getDataType());
              PtNDArray scattered = JniUtils.scatter(zeros, indices, values, 0)) {
            PtNDArray y = JniUtils.reshape(scattered, dims);
            return Pads.isNone(more) ? y : PassArrays.replaced(y, JniUtils.pad(y, more, 0));
          }
        });
  }
}
