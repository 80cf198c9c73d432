package io.repfold.nets;

import io.repfold.graph.WeightSource;
import java.util.Arrays;

/** Values before training, as the published networks have them. */
final class InitialWeights {
  private static final double SHIFT_OF_HEADS = 1e-4;

  private InitialWeights() {}

  /** The backbone's kernels by fan-out, the heads' by fan-in, whose shifts are not quite 0. */
  static WeightSource segmentation(long seed) {
    WeightSource backbone = WeightSource.normal(seed, WeightSource.Fan.OUT);
    WeightSource heads = WeightSource.normal(seed, WeightSource.Fan.IN);
    return (name, role, dims) -> {
      if (name.startsWith(Construction.BACKBONE + ".")) {
        return backbone.values(name, role, dims);
      }
      double[] values = heads.values(name, role, dims);
      if (role == WeightSource.Role.BETA) {
        Arrays.fill(values, SHIFT_OF_HEADS);
      }
      return values;
    };
  }
}
