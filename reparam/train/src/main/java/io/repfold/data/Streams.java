package io.repfold.data;

import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** The random streams of a run, each found from the seed without drawing from another. */
final class Streams {
  private static final int ORDER = -1;

  private Streams() {}

  /** The stream of example {@code index} in epoch {@code epoch}. */
  static SplittableRandom of(long seed, int epoch, int index) {
    return new SplittableRandom(mix(mix(mix(seed) + epoch) + index));
  }

  /** The numbers 0 to size - 1 in the order of {@code epoch} (Fisher and Yates). */
  static int[] order(long seed, int epoch, int size) {
    SplittableRandom random = of(seed, epoch, ORDER);
    int[] order = IntStream.range(0, size).toArray();
    for (int i = size - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[other];
      order[other] = kept;
    }
    return order;
  }

  /** The output function of SplitMix64, Steele et al., OOPSLA 2014. */
  private static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
