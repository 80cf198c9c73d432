package io.repfold.fold;

import io.repfold.graph.Tensor;

/** The constant operand of a Gemm or MatMul: a matrix {@code [out, in]}, or its transpose. */
final class MatrixWeights extends Weights {
  private final TensorReader reader;
  private final boolean transposed;

  private MatrixWeights(TensorReader reader, boolean transposed, int in, int out, Taps taps) {
    super(in, out, 1, taps);
    this.reader = reader;
    this.transposed = transposed;
  }

  /**
   * @param reader of its elements
   * @param transposed whether the tensor is {@code [in, out]}
   * @param rank spatial axes of the map, in which it has one tap
   */
  static MatrixWeights of(Tensor tensor, TensorReader reader, boolean transposed, int rank) {
    int first = Math.toIntExact(tensor.dim(0));
    int second = Math.toIntExact(tensor.dim(1));
    return new MatrixWeights(
        reader,
        transposed,
        transposed ? first : second,
        transposed ? second : first,
        Taps.origin(rank));
  }

  @Override
  Rows open(MatrixProduct product) {
    return this::read;
  }

  private double[] read(int from, int to) {
    double[] rows = new double[Math.multiplyExact(to - from, in())];
    if (!transposed) {
      for (int i = 0; i < rows.length; i++) {
        rows[i] = reader.at(from * in() + i);
      }
      return rows;
    }
    for (int column = 0; column < in(); column++) {
      for (int row = from; row < to; row++) {
        rows[(row - from) * in() + column] = reader.at(column * out() + row);
      }
    }
    return rows;
  }

  @Override
  double[] respondTo(double[] value) {
    double[] response = new double[out()];
    for (int row = 0; row < out(); row++) {
      for (int column = 0; column < in(); column++) {
        int index = transposed ? column * out() + row : row * in() + column;
        response[row] += reader.at(index) * value[column];
      }
    }
    return response;
  }
}
