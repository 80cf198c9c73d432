package io.repfold.graph;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Parameters before training; see {@link WeightSource#he}. */
record HeWeights(long seed) implements WeightSource {
  @Override
  public double[] values(String name, Role role, long... dims) {
    double[] values = new double[WeightSource.count(name, dims)];
    switch (role) {
      case KERNEL, TRANSPOSED_KERNEL -> uniform(values, name, 2, dims);
      case LINEAR -> uniform(values, name, 1, dims);
      case IDENTITY_KERNEL -> identity(values, dims);
      case SLOPE -> Arrays.fill(values, WeightSource.SLOPE);
      case GAMMA, VARIANCE -> Arrays.fill(values, 1);
      case BIAS, BETA, MEAN -> {}
    }
    return values;
  }

  /** Fills with variance {@code gain / fan-in}. */
  private void uniform(double[] values, String name, double gain, long... dims) {
    SplittableRandom random = Seeds.of(seed, name);
    double bound = Math.sqrt(3 * gain / Fan.IN.of(dims));
    for (int i = 0; i < values.length; i++) {
      values[i] = bound * (2 * random.nextDouble() - 1);
    }
  }

  static void identity(double[] values, long... dims) {
    int perGroup = Math.toIntExact(dims[1]);
    for (int o = 0; o < dims[0]; o++) {
      values[o * perGroup + o % perGroup] = 1;
    }
  }
}
