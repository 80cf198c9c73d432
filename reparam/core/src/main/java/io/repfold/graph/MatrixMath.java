package io.repfold.graph;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Matrix products. */
final class MatrixMath {
  private MatrixMath() {}

  /** numpy.matmul: vectors are promoted, leading axes broadcast. */
  static NdArray matMul(NdArray a, NdArray b, Sums sums) {
    Check.that(a.rank() >= 1 && b.rank() >= 1, "a scalar has no matrix product: %s and %s", a, b);
    NdArray left = a.rank() == 1 ? Layout.reshaped(a, 1, a.dim(0)) : a;
    NdArray right = b.rank() == 1 ? Layout.reshaped(b, b.dim(0), 1) : b;
    int rows = left.dim(left.rank() - 2);
    int middle = left.dim(left.rank() - 1);
    int columns = right.dim(right.rank() - 1);
    Check.that(
        middle == right.dim(right.rank() - 2),
        "cannot multiply %s and %s: %d columns against %d rows",
        a,
        b,
        middle,
        right.dim(right.rank() - 2));
    int[] batch = ElementwiseMath.broadcastDims(leading(left), leading(right));
    left = ElementwiseMath.expand(left, join(batch, rows, middle));
    right = ElementwiseMath.expand(right, join(batch, middle, columns));
    NdArray y = Layout.zeros(a.type(), join(batch, rows, columns));
    for (int i = 0; i < Layout.count(batch); i++) {
      multiply(left.data(), right.data(), y.data(), i, rows, middle, columns, sums);
    }
    int[] dims = batch;
    dims = a.rank() == 1 ? dims : join(dims, rows);
    dims = b.rank() == 1 ? dims : join(dims, columns);
    return Layout.reshaped(y, dims);
  }

  private static void multiply(
      double[] a, double[] b, double[] y, int batch, int rows, int middle, int columns, Sums sums) {
    for (int r = 0; r < rows; r++) {
      int to = (batch * rows + r) * columns;
      for (int m = 0; m < middle; m++) {
        double factor = a[(batch * rows + r) * middle + m];
        int from = (batch * middle + m) * columns;
        if (!sums.isExact()) {
          for (int c = 0; c < columns; c++) {
            y[to + c] = sums.add(y[to + c], factor * b[from + c]);
          }
          continue;
        }
        for (int c = 0; c < columns; c++) {
          y[to + c] += factor * b[from + c];
        }
      }
    }
  }

  static NdArray gemm(Op.Gemm op, NdArray a, NdArray b, @Nullable NdArray c, Sums sums) {
    Check.that(a.rank() == 2 && b.rank() == 2, "expected two matrices, got %s and %s", a, b);
    NdArray left = op.transA() ? Layout.transpose(a, List.of(1, 0)) : a;
    NdArray right = op.transB() ? Layout.transpose(b, List.of(1, 0)) : b;
    NdArray product = ElementwiseMath.map(matMul(left, right, sums), v -> op.alpha() * v);
    if (c == null) {
      return product;
    }
    NdArray y =
        ElementwiseMath.broadcast(a.type(), product, c, (p, added) -> p + op.beta() * added);
    Check.that(Arrays.equals(y.dims(), product.dims()), "%s does not broadcast to %s", c, product);
    return y;
  }

  private static int[] leading(NdArray x) {
    return Arrays.copyOf(x.dims(), x.rank() - 2);
  }

  private static int[] join(int[] first, int... second) {
    int[] joined = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, joined, first.length, second.length);
    return joined;
  }
}
