package io.repfold.precision;

import java.util.Arrays;

/**
 * Whether what changes from sample to sample in one network's output changes likewise in another's:
 * the correlation of the deviations of each element from its own mean over the samples. Of long
 * outputs, elements at even distances are taken.
 */
final class Follow {
  private static final int MOST = 1 << 16;

  /** Changes of less than an 8-bit step of the output are not looked at, by energy. */
  private static final double LEAST = 0x1p-16;

  private final int groups;
  private int elements = -1;
  private int step = 1;
  private int samples;
  private boolean comparable = true;
  private double[] sums = {};
  private double[] others = {};
  private int[] group = {};
  private final double[] products;
  private final double[] squares;
  private final double[] otherSquares;

  Follow(int groups) {
    this.groups = groups;
    this.products = new double[groups];
    this.squares = new double[groups];
    this.otherSquares = new double[groups];
  }

  /**
   * @param columns the group of an element, by its index
   */
  void add(double[] reference, double[] candidate, java.util.function.IntUnaryOperator columns) {
    if (elements < 0) {
      start(reference.length, columns);
    }
    comparable &= reference.length == elements && candidate.length == elements;
    if (!comparable) {
      return;
    }
    samples++;
    for (int k = 0; k < sums.length; k++) {
      double x = reference[k * step];
      double y = candidate[k * step];
      if (!Double.isFinite(x) || !Double.isFinite(y)) {
        comparable = false;
        return;
      }
      sums[k] += x;
      others[k] += y;
      products[group[k]] += x * y;
      squares[group[k]] += x * x;
      otherSquares[group[k]] += y * y;
    }
  }

  private void start(int size, java.util.function.IntUnaryOperator columns) {
    elements = size;
    step = Math.max(1, (size + MOST - 1) / MOST);
    if (groups > 1 && step > 1 && step % 2 == 0) {
      step++; // columns come round in even numbers most of the time
    }
    int count = (size + step - 1) / step;
    sums = new double[count];
    others = new double[count];
    group = new int[count];
    Arrays.setAll(group, k -> columns.applyAsInt(k * step));
  }

  /** By group; NaN where there are fewer than two samples, or the reference does not change. */
  double[] correlations() {
    double[] found = new double[groups];
    Arrays.fill(found, Double.NaN);
    if (!comparable || samples < 2) {
      return found;
    }
    double[] product = products.clone();
    double[] square = squares.clone();
    double[] otherSquare = otherSquares.clone();
    for (int k = 0; k < sums.length; k++) {
      product[group[k]] -= sums[k] * others[k] / samples;
      square[group[k]] -= sums[k] * sums[k] / samples;
      otherSquare[group[k]] -= others[k] * others[k] / samples;
    }
    for (int g = 0; g < groups; g++) {
      if (square[g] > LEAST * squares[g]) {
        boolean dead = otherSquare[g] <= 1e-12 * otherSquares[g];
        found[g] = dead ? 0 : product[g] / Math.sqrt(square[g] * otherSquare[g]);
      }
    }
    return found;
  }
}
