package io.repfold.graph;

import java.util.Arrays;

/**
 * A kernel that slides over an image, in numbers: position {@code p} of the output grid reads image
 * element {@code p * stride + k * dilation - padBegin} through tap {@code k}, on each spatial axis.
 *
 * @param image elements an axis, without padding
 * @param kernel taps an axis
 * @param grid positions an axis
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record SlidingWindow(
    int[] image,
    int[] kernel,
    int[] stride,
    int[] dilation,
    int[] padBegin,
    int[] padEnd,
    int[] grid) {

  /**
   * The numbers of a convolution or pooling whose grid follows from the image.
   *
   * @throws InvalidGraphException if the kernel does not fit the image and its padding
   */
  public static SlidingWindow of(Window window, int[] image, int[] kernel, boolean ceilMode) {
    int axes = image.length;
    checkAxes(window, axes, kernel);
    SlidingWindow sliding =
        new SlidingWindow(
            image,
            kernel,
            new int[axes],
            new int[axes],
            new int[axes],
            new int[axes],
            new int[axes]);
    for (int i = 0; i < axes; i++) {
      sliding.resolve(window, i, ceilMode);
    }
    return sliding;
  }

  /**
   * The numbers of a transposed convolution, whose input is the grid and whose output the image.
   *
   * @throws InvalidGraphException if the attributes do not fit the spatial axes
   */
  public static SlidingWindow transposed(Op.ConvTranspose op, int[] grid, int[] kernel) {
    return ConvolutionMath.transposed(op, grid, kernel);
  }

  static void checkAxes(Window window, int axes, int[] kernel) {
    Check.that(axes >= 1, "the input must have at least one spatial axis, [N, C, D1, ...]");
    Check.that(
        kernel.length == axes,
        "the kernel %s does not fit %d spatial axes",
        Arrays.toString(kernel),
        axes);
    for (int size : kernel) {
      Check.that(size >= 1, "the kernel %s is empty", Arrays.toString(kernel));
    }
    Check.that(
        (window.strides().isEmpty() || window.strides().size() == axes)
            && (window.dilations().isEmpty() || window.dilations().size() == axes)
            && (window.pads().isEmpty() || window.pads().size() == 2 * axes),
        "strides %s, dilations %s and pads %s do not fit %d spatial axes",
        window.strides(),
        window.dilations(),
        window.pads(),
        axes);
  }

  private void resolve(Window window, int axis, boolean ceilMode) {
    long size = image[axis];
    long step = window.stride(axis);
    long reach = (kernel[axis] - 1L) * window.dilation(axis) + 1;
    long begin = window.padBegin(axis);
    long end = window.padEnd(axis);
    boolean upper = window.autoPad() == Window.AutoPad.SAME_UPPER;
    if (upper || window.autoPad() == Window.AutoPad.SAME_LOWER) {
      long positions = (size + step - 1) / step;
      long total = Math.max(0, (positions - 1) * step + reach - size);
      begin = upper ? total / 2 : total - total / 2;
      end = total - begin;
    }
    long room = size + begin + end - reach;
    long positions = Math.floorDiv(ceilMode ? room + step - 1 : room, step) + 1;
    if (ceilMode && (positions - 1) * step >= size + begin) {
      positions--; // a window that starts in the end padding is left out
    }
    Check.that(
        positions >= 1 && size + begin + end >= 1,
        "the kernel reaches over %d elements on spatial axis %d, but the input has only %d there"
            + " (%d with padding %d and %d); give a larger input",
        reach,
        axis,
        size,
        size + begin + end,
        begin,
        end);
    Check.that(
        size + begin + end <= Integer.MAX_VALUE,
        "spatial axis %d has %d elements with padding %d and %d, more than 2^31 - 1",
        axis,
        size + begin + end,
        begin,
        end);
    // There is one position only if the step is longer; a shorter step is safe to calculate with.
    stride[axis] = (int) Math.min(step, size + begin + end);
    dilation[axis] = window.dilation(axis);
    padBegin[axis] = (int) begin;
    padEnd[axis] = (int) end;
    grid[axis] = (int) positions;
  }

  /** The same grid over the image with its padding as real elements. */
  SlidingWindow overPadding() {
    int[] padded = image.clone();
    for (int i = 0; i < padded.length; i++) {
      padded[i] += padBegin[i] + padEnd[i];
    }
    int[] none = new int[padded.length];
    return new SlidingWindow(padded, kernel, stride, dilation, none, none, grid);
  }

  int taps() {
    return Layout.count(kernel);
  }

  /**
   * Where tap {@code tap} (row-major) lies inside the image: for each run along the last axis four
   * numbers, the first grid index, the first image index, the length, and the image step.
   */
  int[] runs(int tap) {
    int axes = image.length;
    int[] offset = new int[axes];
    int[] first = new int[axes];
    int[] length = new int[axes];
    int rest = tap;
    for (int i = axes - 1; i >= 0; i--) {
      offset[i] = rest % kernel[i] * dilation[i] - padBegin[i];
      rest /= kernel[i];
      first[i] = Math.max(0, Math.floorDiv(stride[i] - 1 - offset[i], stride[i]));
      int end = Math.min(grid[i], Math.floorDiv(image[i] - 1 - offset[i], stride[i]) + 1);
      length[i] = end - first[i];
      if (length[i] <= 0) {
        return new int[0];
      }
    }
    int last = axes - 1;
    int[] runs = new int[4 * Layout.product(length, 0, last)];
    int[] index = new int[axes];
    int at = 0;
    do {
      int gridIndex = 0;
      int imageIndex = 0;
      for (int i = 0; i < axes; i++) {
        int position = first[i] + index[i];
        gridIndex = gridIndex * grid[i] + position;
        imageIndex = imageIndex * image[i] + position * stride[i] + offset[i];
      }
      runs[at++] = gridIndex;
      runs[at++] = imageIndex;
      runs[at++] = length[last];
      runs[at++] = stride[last];
    } while (Layout.next(index, length, last));
    return runs;
  }
}
