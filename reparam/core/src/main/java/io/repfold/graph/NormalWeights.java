package io.repfold.graph;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Parameters before training, normally distributed; see {@link WeightSource#normal}. */
record NormalWeights(long seed, Fan fan) implements WeightSource {
  @Override
  public double[] values(String name, Role role, long... dims) {
    double[] values = new double[WeightSource.count(name, dims)];
    switch (role) {
      case KERNEL, TRANSPOSED_KERNEL -> normal(values, name, 2 / fan.of(dims));
      case LINEAR -> normal(values, name, 1 / fan.of(dims));
      case IDENTITY_KERNEL -> HeWeights.identity(values, dims);
      case SLOPE -> Arrays.fill(values, WeightSource.SLOPE);
      case GAMMA, VARIANCE -> Arrays.fill(values, 1);
      case BIAS, BETA, MEAN -> {}
    }
    return values;
  }

  private void normal(double[] values, String name, double variance) {
    SplittableRandom random = Seeds.of(seed, name);
    double deviation = Math.sqrt(variance);
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian(0, deviation);
    }
  }
}
