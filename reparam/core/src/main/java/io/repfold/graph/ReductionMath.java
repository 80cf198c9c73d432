package io.repfold.graph;

import java.util.Arrays;

/** Reductions over axes. */
final class ReductionMath {
  private ReductionMath() {}

  /**
   * @param axes empty for all, unless {@link Op.Reduce#noopWithoutAxes}
   */
  static NdArray reduce(Op.Reduce op, NdArray x, long[] axes, Sums sums) {
    if (axes.length == 0 && op.noopWithoutAxes()) {
      return x;
    }
    boolean[] reduced = Layout.marked(axes, x.rank());
    if (axes.length == 0) {
      Arrays.fill(reduced, true);
    }
    int[] kept = x.dims().clone();
    for (int i = 0; i < kept.length; i++) {
      kept[i] = reduced[i] ? 1 : kept[i];
    }
    int[] strides = ElementwiseMath.broadcastStrides(kept, x.dims());
    NdArray y = Layout.zeros(x.type(), kept);
    Arrays.fill(y.data(), neutral(op.function(), x.type()));
    int[] index = new int[x.rank()];
    for (int from = 0; from < x.data().length; from++) {
      int to = 0;
      for (int i = 0; i < index.length; i++) {
        to += index[i] * strides[i];
      }
      y.data()[to] = combine(op.function(), y.data()[to], x.data()[from], sums);
      Layout.next(index, x.dims(), index.length);
    }
    if (op.function() == Op.Reduce.Function.MEAN) {
      double count = (double) x.data().length / y.data().length;
      boolean integer = !x.type().isFloat();
      y = ElementwiseMath.map(y, v -> integer ? ElementwiseMath.truncate(v / count) : v / count);
    }
    return op.keepsDims() ? y : without(y, reduced);
  }

  /** What an empty reduction gives. */
  private static double neutral(Op.Reduce.Function function, ElementType type) {
    boolean truth = type == ElementType.BOOL;
    return switch (function) {
      case MEAN, SUM -> 0;
      case PROD -> 1;
      case MAX -> truth ? 0 : type.isFloat() ? Double.NEGATIVE_INFINITY : type.least();
      case MIN -> truth ? 1 : type.isFloat() ? Double.POSITIVE_INFINITY : type.most();
    };
  }

  private static double combine(Op.Reduce.Function function, double a, double b, Sums sums) {
    return switch (function) {
      case MEAN, SUM -> sums.add(a, b);
      case PROD -> a * b;
      case MAX -> Math.max(a, b);
      case MIN -> Math.min(a, b);
    };
  }

  static NdArray argMax(Op.ArgMax op, NdArray x) {
    int axis = Layout.axis(op.axis(), x.rank());
    Check.that(x.dim(axis) > 0, "axis %d of %s is empty, so nothing is largest there", axis, x);
    int[] dims = x.dims().clone();
    dims[axis] = 1;
    NdArray y = Layout.zeros(ElementType.INT64, dims);
    int inner = Layout.product(x.dims(), axis + 1, x.rank());
    for (int row = 0; row < y.data().length; row++) {
      int start = row / inner * x.dim(axis) * inner + row % inner;
      int best = 0;
      for (int i = 1; i < x.dim(axis); i++) {
        double value = x.data()[start + i * inner];
        double largest = x.data()[start + best * inner];
        best = value > largest || (op.selectsLast() && value == largest) ? i : best;
      }
      y.data()[row] = best;
    }
    boolean[] reduced = new boolean[x.rank()];
    reduced[axis] = true;
    return op.keepsDims() ? y : without(y, reduced);
  }

  /** Removes the marked axes, which have size 1. */
  static NdArray without(NdArray x, boolean[] axes) {
    int[] kept = new int[x.rank()];
    int rank = 0;
    for (int i = 0; i < axes.length; i++) {
      if (!axes[i]) {
        kept[rank++] = x.dim(i);
      } else {
        Check.that(x.dim(i) == 1, "axis %d of %s cannot be removed, its size is not 1", i, x);
      }
    }
    return Layout.reshaped(x, Arrays.copyOf(kept, rank));
  }
}
