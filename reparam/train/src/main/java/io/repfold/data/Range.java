package io.repfold.data;

import java.util.random.RandomGenerator;

/** The numbers from {@code low} to {@code high}. */
record Range(double low, double high) {
  Range {
    if (!(low <= high)) {
      throw new DataException(
          "A range goes from a number to one that is not smaller, found [%s, %s]", low, high);
    }
  }

  /** A number of the range times {@code unit}, each bound truncated; both bounds can come. */
  int drawInteger(RandomGenerator random, double unit) {
    int from = (int) (low * unit);
    int to = (int) (high * unit);
    return random.nextInt(from, to + 1);
  }

  /** A number from low (included) to high (excluded, unless equal to low). */
  double draw(RandomGenerator random) {
    return low + (high - low) * random.nextDouble();
  }
}
