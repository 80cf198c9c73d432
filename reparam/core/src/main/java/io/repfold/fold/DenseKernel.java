package io.repfold.fold;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The numbers of an affine map, in double.
 *
 * @param weight {@code [O, taps, I / groups]}
 * @param bias {@code [O]}
 */
record DenseKernel(double[] weight, double[] bias) {
  private static final int ROWS_AT_ONCE = 64;

  static DenseKernel of(Affine map, MatrixProduct product) {
    Weights weights = map.weights();
    int perRow = Math.multiplyExact(weights.taps().size(), weights.columns());
    double[] all = new double[Math.multiplyExact(weights.out(), perRow)];
    try (Weights.Rows rows = weights.open(product)) {
      for (int from = 0; from < weights.out(); from += ROWS_AT_ONCE) {
        int to = Math.min(weights.out(), from + ROWS_AT_ONCE);
        System.arraycopy(rows.read(from, to), 0, all, from * perRow, (to - from) * perRow);
      }
    }
    return new DenseKernel(all, map.bias());
  }

  /** Why a block cannot stand for a convolution, or nothing. */
  static Optional<String> difference(Affine block, Affine convolution) {
    Weights found = block.weights();
    Weights wanted = convolution.weights();
    boolean same =
        block.sameGridAs(convolution)
            && found.out() == wanted.out()
            && found.groups() == wanted.groups()
            && block.taps().offsets().equals(convolution.taps().offsets());
    return same
        ? Optional.empty()
        : Optional.of(
            "the block would fold into a %s of %d groups"
                .formatted(Kernels.describe(block), found.groups()));
  }

  DenseKernel minus(DenseKernel other) {
    return new DenseKernel(minus(weight, other.weight), minus(bias, other.bias));
  }

  private static double[] minus(double[] a, double[] b) {
    double[] all = new double[a.length];
    Arrays.setAll(all, i -> a[i] - b[i]);
    return all;
  }

  /** Each output channel divided by its factor. */
  DenseKernel over(double... factors) {
    int perRow = bias.length == 0 ? 0 : weight.length / bias.length;
    double[] weights = new double[weight.length];
    Arrays.setAll(weights, i -> weight[i] / factors[i / perRow]);
    double[] biases = new double[bias.length];
    Arrays.setAll(biases, o -> bias[o] / factors[o]);
    return new DenseKernel(weights, biases);
  }

  /** NaN if an element is. */
  double largest() {
    double largest = 0;
    for (double[] values : List.of(weight, bias)) {
      for (double value : values) {
        largest = Math.max(largest, Math.abs(value));
      }
    }
    return largest;
  }

  /** The sum of squares of each output channel's weights. */
  double[] squares() {
    double[] sums = new double[bias.length];
    int perRow = bias.length == 0 ? 0 : weight.length / bias.length;
    for (int i = 0; i < weight.length; i++) {
      sums[i / perRow] += weight[i] * weight[i];
    }
    return sums;
  }
}
