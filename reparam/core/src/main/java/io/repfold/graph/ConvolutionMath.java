package io.repfold.graph;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Convolution and transposed convolution over any number of spatial axes. */
final class ConvolutionMath {
  private ConvolutionMath() {}

  static NdArray conv(Op.Conv op, NdArray x, NdArray w, @Nullable NdArray bias, Sums sums) {
    Check.that(w.rank() == x.rank(), "the weight %s does not fit the input %s", w, x);
    int[] kernel = spatial(w);
    SlidingWindow window = SlidingWindow.of(op.window(), spatial(x), kernel, false);
    int outputs = w.dim(0);
    int fanIn = w.dim(1);
    Check.that(
        outputs % op.groups() == 0 && fanIn * op.groups() == x.dim(1),
        "the weight %s with %d groups reads %d channels, the input %s has %d",
        w,
        op.groups(),
        fanIn * op.groups(),
        x,
        x.dim(1));
    NdArray y = withBias(x, outputs, window.grid(), bias);
    int imageSize = Layout.count(window.image());
    int gridSize = Layout.count(window.grid());
    int taps = window.taps();
    int groupOutputs = outputs / op.groups();
    for (int tap = 0; tap < taps; tap++) {
      int[] runs = window.runs(tap);
      for (int n = 0; n < x.dim(0); n++) {
        for (int o = 0; o < outputs; o++) {
          int firstInput = o / groupOutputs * fanIn;
          for (int c = 0; c < fanIn; c++) {
            double weight = w.data()[(o * fanIn + c) * taps + tap];
            int from = (n * x.dim(1) + firstInput + c) * imageSize;
            gather(runs, weight, x.data(), from, y.data(), (n * outputs + o) * gridSize, sums);
          }
        }
      }
    }
    return y;
  }

  static NdArray convTranspose(
      Op.ConvTranspose op, NdArray x, NdArray w, @Nullable NdArray bias, Sums sums) {
    Check.that(w.rank() == x.rank(), "the weight %s does not fit the input %s", w, x);
    Check.that(
        w.dim(0) == x.dim(1) && x.dim(1) % op.groups() == 0,
        "the weight %s with %d groups reads %d channels, the input %s has %d",
        w,
        op.groups(),
        w.dim(0),
        x,
        x.dim(1));
    SlidingWindow window = transposed(op, spatial(x), spatial(w));
    int fanOut = w.dim(1);
    int outputs = fanOut * op.groups();
    int groupInputs = x.dim(1) / op.groups();
    NdArray y = withBias(x, outputs, window.image(), bias);
    int gridSize = Layout.count(window.grid());
    int imageSize = Layout.count(window.image());
    int taps = window.taps();
    for (int tap = 0; tap < taps; tap++) {
      int[] runs = window.runs(tap);
      for (int n = 0; n < x.dim(0); n++) {
        for (int c = 0; c < x.dim(1); c++) {
          int firstOutput = c / groupInputs * fanOut;
          for (int o = 0; o < fanOut; o++) {
            double weight = w.data()[(c * fanOut + o) * taps + tap];
            int to = (n * outputs + firstOutput + o) * imageSize;
            scatter(runs, weight, x.data(), (n * x.dim(1) + c) * gridSize, y.data(), to, sums);
          }
        }
      }
    }
    return y;
  }

  private static void gather(
      int[] runs, double weight, double[] image, int from, double[] grid, int to, Sums sums) {
    for (int r = 0; r < runs.length; r += 4) {
      int y = to + runs[r];
      int x = from + runs[r + 1];
      int length = runs[r + 2];
      int step = runs[r + 3];
      if (!sums.isExact()) {
        for (int i = 0; i < length; i++) {
          grid[y + i] = sums.add(grid[y + i], weight * image[x + i * step]);
        }
        continue;
      }
      for (int i = 0; i < length; i++) {
        grid[y + i] += weight * image[x + i * step];
      }
    }
  }

  private static void scatter(
      int[] runs, double weight, double[] grid, int from, double[] image, int to, Sums sums) {
    for (int r = 0; r < runs.length; r += 4) {
      int x = from + runs[r];
      int y = to + runs[r + 1];
      int length = runs[r + 2];
      int step = runs[r + 3];
      if (!sums.isExact()) {
        for (int i = 0; i < length; i++) {
          image[y + i * step] = sums.add(image[y + i * step], weight * grid[x + i]);
        }
        continue;
      }
      for (int i = 0; i < length; i++) {
        image[y + i * step] += weight * grid[x + i];
      }
    }
  }

  /** A transposed convolution's input is the grid, its output the image. */
  static SlidingWindow transposed(Op.ConvTranspose op, int[] grid, int[] kernel) {
    Window given = op.window();
    int axes = grid.length;
    SlidingWindow.checkAxes(given, axes, kernel);
    Check.that(
        op.outputPadding().isEmpty() || op.outputPadding().size() == axes,
        "output_padding %s does not fit %d spatial axes",
        op.outputPadding(),
        axes);
    int[] image = new int[axes];
    int[] begin = new int[axes];
    int[] end = new int[axes];
    int[] stride = new int[axes];
    int[] dilation = new int[axes];
    for (int i = 0; i < axes; i++) {
      stride[i] = given.stride(i);
      dilation[i] = given.dilation(i);
      int extra = op.outputPadding().isEmpty() ? 0 : op.outputPadding().get(i);
      long full = (grid[i] - 1L) * stride[i] + extra + (kernel[i] - 1L) * dilation[i] + 1;
      boolean upper = given.autoPad() == Window.AutoPad.SAME_UPPER;
      long size = full - given.padBegin(i) - given.padEnd(i);
      begin[i] = given.padBegin(i);
      if (!op.outputShape().isEmpty() || upper || given.autoPad() == Window.AutoPad.SAME_LOWER) {
        size =
            op.outputShape().isEmpty()
                ? (long) grid[i] * stride[i]
                : outputSize(op.outputShape(), axes, i);
        long total = Math.max(0, full - size);
        checkSize(total, i);
        begin[i] = (int) (upper ? total / 2 : total - total / 2);
      }
      Check.that(size >= 1, "the output would have %d elements on spatial axis %d", size, i);
      checkSize(size, i);
      image[i] = (int) size;
    }
    return new SlidingWindow(image, kernel, stride, dilation, begin, end, grid);
  }

  private static void checkSize(long size, int axis) {
    Check.that(
        size <= Integer.MAX_VALUE,
        "the output would have %d elements on spatial axis %d, more than 2^31 - 1",
        size,
        axis);
  }

  /** {@code output_shape} names the spatial axes, in some files also batch and channels. */
  static int outputSize(List<Integer> outputShape, int axes, int axis) {
    int skipped = outputShape.size() - axes;
    Check.that(
        skipped == 0 || skipped == 2,
        "output_shape %s does not fit %d spatial axes",
        outputShape,
        axes);
    return outputShape.get(skipped + axis);
  }

  private static NdArray withBias(NdArray x, int channels, int[] spatial, @Nullable NdArray bias) {
    int[] dims = new int[x.rank()];
    dims[0] = x.dim(0);
    dims[1] = channels;
    System.arraycopy(spatial, 0, dims, 2, spatial.length);
    NdArray y = Layout.zeros(x.type(), dims);
    if (bias != null) {
      Check.that(
          bias.rank() == 1 && bias.dim(0) == channels,
          "the bias %s does not fit %d output channels",
          bias,
          channels);
      int size = Layout.count(spatial);
      for (int i = 0; i < dims[0] * channels; i++) {
        Arrays.fill(y.data(), i * size, (i + 1) * size, bias.data()[i % channels]);
      }
    }
    return y;
  }

  static int[] spatial(NdArray x) {
    Check.that(x.rank() >= 3, "expected [N, C, D1, ...] with a spatial axis, got %s", x);
    return Arrays.copyOfRange(x.dims(), 2, x.rank());
  }
}
