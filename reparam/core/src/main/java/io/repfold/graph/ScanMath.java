package io.repfold.graph;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** What sorts or adds up along an axis. */
final class ScanMath {
  private ScanMath() {}

  /** The elements and their indices. */
  static List<NdArray> topK(Op.TopK op, NdArray x, long[] wanted) {
    Check.that(wanted.length == 1, "k must be one number, got %d", wanted.length);
    int axis = Layout.axis(op.axis(), x.rank());
    int k = (int) wanted[0];
    Check.that(
        wanted[0] >= 0 && wanted[0] <= x.dim(axis),
        "k must be from 0 to the %d elements of axis %d, got %d",
        x.dim(axis),
        axis,
        wanted[0]);
    NormalizationMath.Rows rows = NormalizationMath.Rows.along(x, axis);
    int[] dims = x.dims().clone();
    dims[axis] = k;
    NdArray values = Layout.zeros(x.type(), dims);
    NdArray indices = Layout.zeros(ElementType.INT64, dims);
    for (int row = 0; row < rows.count(); row++) {
      int start = rows.start(row);
      Comparator<Integer> order =
          Comparator.comparingDouble(i -> x.data()[start + i * rows.inner()]);
      // Sorting is stable, so equal elements stay in the order of their places.
      List<Integer> places =
          IntStream.range(0, rows.length())
              .boxed()
              .sorted(op.largest() ? order.reversed() : order)
              .toList();
      int to = row / rows.inner() * k * rows.inner() + row % rows.inner();
      for (int i = 0; i < k; i++) {
        int place = places.get(i);
        values.data()[to + i * rows.inner()] = x.data()[start + place * rows.inner()];
        indices.data()[to + i * rows.inner()] = place;
      }
    }
    return List.of(values, indices);
  }

  static NdArray cumSum(Op.CumSum op, NdArray x, long[] axis, Sums sums) {
    Check.that(axis.length == 1, "the axis must be one number, got %d", axis.length);
    NormalizationMath.Rows rows = NormalizationMath.Rows.along(x, Layout.axis(axis[0], x.rank()));
    NdArray y = Layout.zeros(x.type(), x.dims());
    for (int row = 0; row < rows.count(); row++) {
      double sum = 0;
      for (int i = 0; i < rows.length(); i++) {
        int place = op.reverse() ? rows.length() - 1 - i : i;
        int at = rows.start(row) + place * rows.inner();
        double next = sums.add(sum, x.data()[at]);
        y.data()[at] = op.exclusive() ? sum : next;
        sum = next;
      }
    }
    return y;
  }
}
