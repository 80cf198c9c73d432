package io.repfold.fold;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Weights behind weights: {@code W[s1 o2 + o1] += W2[o2] W1[o1]}, where {@code s1} is the stride of
 * the first. DBB transform III (Ding et al., CVPR 2021), for any kernels, strides, dilations and
 * groups.
 */
final class ComposedWeights extends Weights {
  private final Weights first;
  private final Weights second;
  private final int[] firstStride;

  private ComposedWeights(Weights first, int[] firstStride, Weights second, Taps taps) {
    super(first.in(), second.out(), Taps.gcd(first.groups(), second.groups()), taps, first, second);
    this.first = first;
    this.second = second;
    this.firstStride = firstStride;
  }

  static Weights of(Weights first, int[] firstStride, Weights second) {
    if (second instanceof DiagonalWeights diagonal && second.taps().size() == 1) {
      return scaled(first, firstStride, diagonal);
    }
    if (first instanceof DiagonalWeights diagonal && first.taps().size() == 1) {
      List<Integer> shift = first.taps().offsets().get(0);
      Taps moved = second.taps().map(offset -> sum(offset, shift, firstStride));
      return second instanceof DiagonalWeights outer
          ? new DiagonalWeights(product(diagonal.factors(), outer.factors()), moved)
          : new ColumnScaledWeights(second, diagonal.factors(), moved);
    }
    List<List<Integer>> offsets = new ArrayList<>();
    for (List<Integer> outer : second.taps().offsets()) {
      for (List<Integer> inner : first.taps().offsets()) {
        offsets.add(sum(outer, inner, firstStride));
      }
    }
    Taps taps = Taps.of(first.taps().rank(), offsets);
    return new ComposedWeights(first, firstStride, second, taps);
  }

  private static Weights scaled(Weights first, int[] firstStride, DiagonalWeights second) {
    List<Integer> outer = second.taps().offsets().get(0);
    Taps moved = first.taps().map(inner -> sum(outer, inner, firstStride));
    if (first instanceof DiagonalWeights inner) {
      return new DiagonalWeights(product(inner.factors(), second.factors()), moved);
    }
    if (second.isIdentity()) {
      return first;
    }
    return first instanceof ScaledWeights inner
        ? inner.scaled(second.factors(), moved)
        : new ScaledWeights(first, second.factors(), moved);
  }

  private static double[] product(double[] a, double[] b) {
    double[] product = new double[a.length];
    Arrays.setAll(product, i -> a[i] * b[i]);
    return product;
  }

  private static List<Integer> sum(List<Integer> outer, List<Integer> inner, int[] stride) {
    List<Integer> offset = new ArrayList<>();
    for (int axis = 0; axis < stride.length; axis++) {
      offset.add(stride[axis] * outer.get(axis) + inner.get(axis));
    }
    return List.copyOf(offset);
  }

  @Override
  double[] respondTo(double[] value) {
    return second.respondTo(first.respondTo(value));
  }

  @Override
  Rows open(MatrixProduct product) {
    return second instanceof DiagonalWeights diagonal
        ? new Spread(first.open(product), diagonal.factors())
        : new Reader(product);
  }

  /** The place among the taps of each tap of the second behind each of the first. */
  private int[][] tapIndex() {
    int[][] index = new int[second.taps().size()][first.taps().size()];
    for (int o = 0; o < index.length; o++) {
      for (int i = 0; i < index[o].length; i++) {
        List<Integer> outer = second.taps().offsets().get(o);
        List<Integer> inner = first.taps().offsets().get(i);
        index[o][i] = taps().indexOf(sum(outer, inner, firstStride));
      }
    }
    return index;
  }

  /** Weights before an average or its like: each channel by itself, so nothing to multiply. */
  private final class Spread implements Rows {
    private final Rows firstRows;
    private final double[] factors;
    private final int[][] tapOf = tapIndex();

    Spread(Rows firstRows, double[] factors) {
      this.firstRows = firstRows;
      this.factors = factors;
    }

    @Override
    public double[] read(int from, int to) {
      double[] source = firstRows.read(from, to);
      double[] rows = new double[(to - from) * taps().size() * columns()];
      for (int row = 0; row < to - from; row++) {
        for (int[] tapOfInner : tapOf) {
          for (int inner = 0; inner < tapOfInner.length; inner++) {
            int at = (row * tapOfInner.length + inner) * columns();
            int target = (row * taps().size() + tapOfInner[inner]) * columns();
            Runs.addScaled(source, at, columns(), factors[from + row], rows, target);
          }
        }
      }
      return rows;
    }

    @Override
    public void close() {
      firstRows.close();
    }
  }

  /** Keeps the first weights of the group at hand as a prepared right factor. */
  private final class Reader implements Rows {
    private final MatrixProduct product;
    private final Rows firstRows;
    private final Rows secondRows;
    private final int middle = second.columns();
    private final int width = first.taps().size() * columns();
    private final int[][] tapOf = tapIndex();
    private final boolean inOrder = IntStream.range(0, tapOf.length).allMatch(this::staysInPlace);
    private int group = -1;
    private MatrixProduct.@Nullable Right right;

    Reader(MatrixProduct product) {
      this.product = product;
      this.firstRows = first.open(product);
      this.secondRows = second.open(product);
    }

    private boolean staysInPlace(int tap) {
      return Arrays.equals(tapOf[tap], new int[] {tap});
    }

    @Override
    public double[] read(int from, int to) {
      int groupRows = out() / second.groups();
      if (inOrder && from / groupRows == (to - 1) / groupRows) {
        return products(from, to);
      }
      double[] rows = new double[(to - from) * taps().size() * columns()];
      for (int row = from; row < to; ) {
        int end = Math.min(to, (row / groupRows + 1) * groupRows);
        readInGroup(row, end, rows, (row - from) * taps().size() * columns());
        row = end;
      }
      return rows;
    }

    private void readInGroup(int from, int to, double[] rows, int base) {
      double[] products = products(from, to);
      for (int row = 0; row < to - from; row++) {
        for (int outer = 0; outer < tapOf.length; outer++) {
          int source = (row * tapOf.length + outer) * width;
          for (int inner = 0; inner < tapOf[outer].length; inner++) {
            int target = base + (row * taps().size() + tapOf[outer][inner]) * columns();
            Runs.add(products, source + inner * columns(), columns(), rows, target);
          }
        }
      }
    }

    /** For rows of one group: {@code [rows, taps of the second, taps of the first, columns]}. */
    private double[] products(int from, int to) {
      int count = (to - from) * second.taps().size();
      double[] products = new double[count * width];
      right(from / (out() / second.groups())).multiply(secondRows.read(from, to), count, products);
      return products;
    }

    private MatrixProduct.Right right(int wanted) {
      if (right == null || group != wanted) {
        close(right);
        right = product.right(middle, width, (from, to) -> firstMatrix(wanted, from, to));
        group = wanted;
      }
      return right;
    }

    /**
     * Rows of the first weights that a group of the second reads: {@code [rows, taps of the first,
     * columns]}.
     */
    private double[] firstMatrix(int wanted, int from, int to) {
      int start = wanted * middle;
      double[] rows = firstRows.read(start + from, start + to);
      if (first.groups() == groups()) {
        return rows;
      }
      double[] matrix = new double[(to - from) * width];
      int firstOfGroup = wanted * groups() / second.groups() * columns();
      for (int row = 0; row < to - from; row++) {
        int shift = first.firstColumn(start + from + row) - firstOfGroup;
        for (int tap = 0; tap < first.taps().size(); tap++) {
          System.arraycopy(
              rows,
              (row * first.taps().size() + tap) * first.columns(),
              matrix,
              row * width + tap * columns() + shift,
              first.columns());
        }
      }
      return matrix;
    }

    @Override
    public void close() {
      close(right);
      right = null;
      firstRows.close();
      secondRows.close();
    }

    private void close(MatrixProduct.@Nullable Right operand) {
      if (operand != null) {
        operand.close();
      }
    }
  }
}
