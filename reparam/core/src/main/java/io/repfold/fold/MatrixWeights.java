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
      reader.read(from * in(), rows.length, rows, 0);
      return rows;
    }
    double[] column = new double[to - from];
    for (int i = 0; i < in(); i++) {
      reader.read(i * out() + from, column.length, column, 0);
      for (int row = 0; row < column.length; row++) {
        rows[row * in() + i] = column[row];
      }
    }
    return rows;
  }

  @Override
  double[] respondTo(double[] value) {
    double[] response = new double[out()];
    double[] run = new double[transposed ? out() : in()];
    int runs = transposed ? in() : out();
    for (int i = 0; i < runs; i++) {
      reader.read(i * run.length, run.length, run, 0);
      for (int j = 0; j < run.length; j++) {
        if (transposed) {
          response[j] += run[j] * value[i];
        } else {
          response[i] += run[j] * value[j];
        }
      }
    }
    return response;
  }
}
