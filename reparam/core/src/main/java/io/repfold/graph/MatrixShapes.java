package io.repfold.graph;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Shapes of matrix products; null stands for a shape of unknown rank. */
final class MatrixShapes {
  private MatrixShapes() {}

  static @Nullable Shape matMul(@Nullable Shape a, @Nullable Shape b) {
    if (a == null || b == null) {
      return null;
    }
    Check.that(a.rank() >= 1 && b.rank() >= 1, "a scalar has no matrix product: %s and %s", a, b);
    Dim columns = a.dim(a.rank() - 1);
    Dim rows = b.dim(Math.max(0, b.rank() - 2));
    Check.that(
        !DimMath.contradict(columns, rows),
        "cannot multiply %s and %s: %s columns against %s rows",
        a,
        b,
        columns,
        rows);
    List<Dim> dims = new ArrayList<>(DimMath.broadcast(leading(a), leading(b)).dims());
    if (a.rank() > 1) {
      dims.add(a.dim(a.rank() - 2));
    }
    if (b.rank() > 1) {
      dims.add(b.dim(b.rank() - 1));
    }
    return new Shape(dims);
  }

  private static Shape leading(Shape x) {
    return new Shape(x.dims().subList(0, Math.max(0, x.rank() - 2)));
  }

  static Shape gemm(Op.Gemm op, @Nullable Shape a, @Nullable Shape b, @Nullable Shape c) {
    Shape left = a == null ? WindowShapes.unknown(2) : a;
    Shape right = b == null ? WindowShapes.unknown(2) : b;
    Check.that(
        left.rank() == 2 && right.rank() == 2, "expected two matrices, got %s and %s", left, right);
    Dim columns = left.dim(op.transA() ? 0 : 1);
    Dim rows = right.dim(op.transB() ? 1 : 0);
    Check.that(
        !DimMath.contradict(columns, rows),
        "cannot multiply %s%s and %s%s: %s columns against %s rows",
        left,
        op.transA() ? " (transposed)" : "",
        right,
        op.transB() ? " (transposed)" : "",
        columns,
        rows);
    Shape product =
        new Shape(List.of(left.dim(op.transA() ? 1 : 0), right.dim(op.transB() ? 0 : 1)));
    if (c != null) {
      DimMath.checkStretches(c, product);
    }
    return product;
  }
}
