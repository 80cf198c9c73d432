package io.repfold.fold;

import java.util.Arrays;

/** Each output channel of other weights times a factor of its own; the taps may have moved. */
final class ScaledWeights extends Weights {
  private final Weights weights;
  private final double[] factors;

  ScaledWeights(Weights weights, double[] factors, Taps taps) {
    super(weights.in(), weights.out(), weights.groups(), taps, weights);
    this.weights = weights;
    this.factors = factors;
  }

  /** These weights with another factor on top, and moved once more. */
  ScaledWeights scaled(double[] more, Taps moved) {
    double[] both = factors.clone();
    Arrays.setAll(both, i -> both[i] * more[i]);
    return new ScaledWeights(weights, both, moved);
  }

  @Override
  Rows open(MatrixProduct product) {
    Rows rows = weights.open(product);
    int perRow = taps().size() * columns();
    return new Rows() {
      @Override
      public double[] read(int from, int to) {
        double[] values = rows.read(from, to);
        for (int row = from; row < to; row++) {
          Runs.scale(values, (row - from) * perRow, perRow, factors[row]);
        }
        return values;
      }

      @Override
      public void close() {
        rows.close();
      }
    };
  }

  @Override
  double[] respondTo(double[] value) {
    double[] response = weights.respondTo(value);
    for (int i = 0; i < response.length; i++) {
      response[i] *= factors[i];
    }
    return response;
  }
}
