package io.repfold.fold;

import io.repfold.graph.Tensor;
import java.util.Arrays;

/** The weight {@code [O, I / groups, k...]} of a Conv node. */
final class StoredWeights extends Weights {
  private final TensorReader reader;
  private final int kernelSize;

  private StoredWeights(Tensor tensor, TensorReader reader, int groups, Taps taps) {
    super(Math.toIntExact(tensor.dim(1)) * groups, Math.toIntExact(tensor.dim(0)), groups, taps);
    this.reader = reader;
    this.kernelSize = taps.size();
  }

  /**
   * @param reader of its elements
   * @param first offset of the first tap, one an axis: {@code -pad_begin}
   */
  static StoredWeights of(
      Tensor tensor, TensorReader reader, int groups, int[] first, int[] dilation) {
    int[] kernel = new int[tensor.rank() - 2];
    Arrays.setAll(kernel, axis -> Math.toIntExact(tensor.dim(axis + 2)));
    // Row-major kernel positions are in the lexicographic order of their offsets.
    return new StoredWeights(tensor, reader, groups, Taps.grid(first, dilation, kernel));
  }

  @Override
  Rows open(MatrixProduct product) {
    return this::read;
  }

  private double[] read(int from, int to) {
    int perRow = Math.multiplyExact(columns(), kernelSize);
    double[] rows = new double[Math.multiplyExact(to - from, perRow)];
    if (kernelSize == 1) {
      reader.read(from * perRow, rows.length, rows, 0);
      return rows;
    }
    double[] kernels = new double[perRow];
    for (int row = 0; row < to - from; row++) {
      reader.read((from + row) * perRow, perRow, kernels, 0);
      for (int tap = 0; tap < kernelSize; tap++) {
        pick(kernels, tap, kernelSize, columns(), rows, row * perRow + tap * columns());
      }
    }
    return rows;
  }

  /** One tap of each kernel. */
  private static void pick(
      double[] kernels, int tap, int kernelSize, int columns, double[] row, int at) {
    for (int column = 0; column < columns; column++) {
      row[at + column] = kernels[column * kernelSize + tap];
    }
  }

  @Override
  double[] respondTo(double[] value) {
    double[] response = new double[out()];
    double[] kernels = new double[columns() * kernelSize];
    for (int row = 0; row < out(); row++) {
      reader.read(row * kernels.length, kernels.length, kernels, 0);
      response[row] = respond(kernels, value, firstColumn(row));
    }
    return response;
  }

  private double respond(double[] kernels, double[] value, int first) {
    double sum = 0;
    for (int column = 0; column < columns(); column++) {
      for (int tap = 0; tap < kernelSize; tap++) {
        sum += kernels[column * kernelSize + tap] * value[first + column];
      }
    }
    return sum;
  }
}
