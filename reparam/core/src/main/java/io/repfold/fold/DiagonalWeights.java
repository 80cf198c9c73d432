package io.repfold.fold;

import java.util.Arrays;
import java.util.Optional;

/**
 * Channel by channel: the factor of its channel at every tap. Identity, BatchNormalization, scales,
 * averages, crops.
 */
final class DiagonalWeights extends Weights {
  private final double[] factors;

  DiagonalWeights(double[] factors, Taps taps) {
    super(factors.length, factors.length, factors.length, taps);
    this.factors = factors;
  }

  static DiagonalWeights identity(int channels, Taps taps) {
    return uniform(channels, 1, taps);
  }

  static DiagonalWeights uniform(int channels, double factor, Taps taps) {
    double[] factors = new double[channels];
    Arrays.fill(factors, factor);
    return new DiagonalWeights(factors, taps);
  }

  @Override
  Rows open(MatrixProduct product) {
    return (from, to) -> {
      double[] rows = new double[(to - from) * taps().size()];
      for (int row = from; row < to; row++) {
        Arrays.fill(
            rows, (row - from) * taps().size(), (row - from + 1) * taps().size(), factors[row]);
      }
      return rows;
    };
  }

  @Override
  double[] respondTo(double[] value) {
    double[] response = new double[factors.length];
    Arrays.setAll(response, i -> factors[i] * value[i] * taps().size());
    return response;
  }

  double[] factors() {
    return factors;
  }

  @Override
  Optional<double[]> diagonal() {
    return taps().isOrigin() ? Optional.of(factors) : Optional.empty();
  }
}
