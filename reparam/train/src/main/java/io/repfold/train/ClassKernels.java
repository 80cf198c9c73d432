package io.repfold.train;

import io.repfold.graph.Tensor;
import java.util.Arrays;
import java.util.Optional;

/** Tensors that treat all classes alike, for another number of classes. */
final class ClassKernels {
  private ClassKernels() {}

  /**
   * The same along an axis for another size of it.
   *
   * @return empty if it is not the same at all places of the axis
   */
  static Optional<Tensor> resized(Tensor tensor, int axis, long size) {
    long[] dims = tensor.dims();
    int inner = inner(axis, dims);
    int before = Math.toIntExact(dims[axis]);
    double[] old = tensor.toDoubles();
    dims[axis] = size;
    double[] values = new double[Math.toIntExact(Tensor.count(dims))];
    for (int i = 0; i < old.length; i++) {
      if (old[i] != old[first(i, inner, before)]) {
        return Optional.empty();
      }
    }
    int after = Math.toIntExact(size);
    Arrays.setAll(values, i -> old[i / (inner * after) * inner * before + i % inner]);
    return Optional.of(Tensor.ofDoubles(tensor.type(), values, dims));
  }

  /** The place of the same element at 0 on the axis. */
  private static int first(int index, int inner, int size) {
    return index / (inner * size) * inner * size + index % inner;
  }

  private static int inner(int axis, long... dims) {
    return Math.toIntExact(Arrays.stream(dims, axis + 1, dims.length).reduce(1, (a, b) -> a * b));
  }

  /** Whether {@code [C, C, ...]} has one kernel on its diagonal and zeros beside it. */
  static boolean isDiagonal(Tensor kernels) {
    int channels = Math.toIntExact(kernels.dim(0));
    if (kernels.dim(1) != channels) {
      return false;
    }
    double[] values = kernels.toDoubles();
    int taps = inner(1, kernels.dims());
    for (int i = 0; i < values.length; i++) {
      int tap = i % taps;
      boolean on = i / taps / channels == i / taps % channels;
      if (values[i] != (on ? values[tap] : 0)) {
        return false;
      }
    }
    return true;
  }

  /** The diagonal of {@link #isDiagonal} for other channels. */
  static Tensor diagonal(Tensor kernels, long... dims) {
    double[] old = kernels.toDoubles();
    int taps = inner(1, dims);
    int channels = Math.toIntExact(dims[0]);
    double[] values = new double[Math.toIntExact(Tensor.count(dims))];
    for (int c = 0; c < channels; c++) {
      System.arraycopy(old, 0, values, (c * channels + c) * taps, taps);
    }
    return Tensor.ofDoubles(kernels.type(), values, dims);
  }

  /** With the first two axes changed for each other. */
  static Tensor swapped(Tensor tensor) {
    long[] dims = tensor.dims();
    int rows = Math.toIntExact(dims[0]);
    int columns = Math.toIntExact(dims[1]);
    int taps = inner(1, dims);
    dims[0] = columns;
    dims[1] = rows;
    double[] old = tensor.toDoubles();
    double[] values = new double[old.length];
    for (int i = 0; i < old.length; i++) {
      int row = i / taps / columns;
      int column = i / taps % columns;
      values[(column * rows + row) * taps + i % taps] = old[i];
    }
    return Tensor.ofDoubles(tensor.type(), values, dims);
  }
}
