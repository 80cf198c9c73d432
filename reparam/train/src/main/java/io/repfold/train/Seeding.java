package io.repfold.train;

import java.util.SplittableRandom;

/** The seeds of a run's random numbers, each found from the configuration's seed alone. */
final class Seeding {
  private Seeding() {}

  /**
   * Of what the engine draws in a step, such as dropout: the same whether the run was stopped
   * before it or not.
   */
  static int ofStep(long seed, long step) {
    long mixed = new SplittableRandom(seed ^ (0x9E3779B97F4A7C15L * (step + 1))).nextLong();
    return (int) (mixed >>> 33);
  }
}
