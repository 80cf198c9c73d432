package io.repfold.graph;

import java.util.SplittableRandom;

/** Parameters as after training; see {@link WeightSource#random}. */
record RandomWeights(long seed) implements WeightSource {
  @Override
  public double[] values(String name, Role role, long... dims) {
    SplittableRandom random = Seeds.of(seed, name);
    double[] values = new double[Math.toIntExact(Tensor.count(dims))];
    double bound = Math.sqrt(3.0 * dims[0] / Math.max(1, values.length));
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (role) {
            case KERNEL, TRANSPOSED_KERNEL, IDENTITY_KERNEL, LINEAR ->
                bound * random.nextDouble(-1, 1);
            case GAMMA -> random.nextInt(8) == 0 ? 0 : random.nextDouble(-2, 2);
            case VARIANCE -> random.nextDouble(0.05, 3);
            case BIAS, BETA, MEAN, SLOPE -> random.nextDouble(-2, 2);
          };
    }
    return values;
  }
}
