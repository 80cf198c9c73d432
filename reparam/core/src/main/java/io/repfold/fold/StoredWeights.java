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
    int columns = columns();
    double[] rows =
        new double[Math.multiplyExact(Math.multiplyExact(to - from, columns), kernelSize)];
    int source = from * columns * kernelSize;
    for (int row = 0; row < to - from; row++) {
      int base = row * kernelSize * columns;
      for (int column = 0; column < columns; column++) {
        for (int tap = 0; tap < kernelSize; tap++) {
          rows[base + tap * columns + column] = reader.at(source++);
        }
      }
    }
    return rows;
  }

  @Override
  double[] respondTo(double[] value) {
    double[] response = new double[out()];
    int source = 0;
    for (int row = 0; row < out(); row++) {
      int first = firstColumn(row);
      double sum = 0;
      for (int column = first; column < first + columns(); column++) {
        for (int tap = 0; tap < kernelSize; tap++) {
          sum += reader.at(source++) * value[column];
        }
      }
      response[row] = sum;
    }
    return response;
  }
}
