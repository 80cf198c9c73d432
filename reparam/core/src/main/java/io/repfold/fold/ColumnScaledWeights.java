package io.repfold.fold;

/**
 * Weights behind a diagonal with a single tap: each input channel has a factor, and the taps may
 * have moved.
 */
final class ColumnScaledWeights extends Weights {
  private final Weights weights;
  private final double[] factors;

  ColumnScaledWeights(Weights weights, double[] factors, Taps taps) {
    super(weights.in(), weights.out(), weights.groups(), taps, weights);
    this.weights = weights;
    this.factors = factors;
  }

  @Override
  Rows open(MatrixProduct product) {
    Rows rows = weights.open(product);
    return new Rows() {
      @Override
      public double[] read(int from, int to) {
        double[] values = rows.read(from, to);
        int perRow = taps().size() * columns();
        for (int i = 0; i < values.length; i++) {
          values[i] *= factors[firstColumn(from + i / perRow) + i % columns()];
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
    double[] scaled = new double[value.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = factors[i] * value[i];
    }
    return weights.respondTo(scaled);
  }
}
