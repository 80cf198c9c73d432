package io.repfold.precision.int8;

/** Searches for the magnitude at which to cut a distribution off. */
final class RangeSearch {
  private static final double KEPT = 0.9999;
  private static final int CANDIDATES = 128;
  private static final int LEAST_CANDIDATE = 16;

  private RangeSearch() {}

  /** The grid for all magnitudes up to {@code cut}. */
  static IntegerGrid grid(TensorStatistics statistics, double cut, boolean unsigned) {
    if (!unsigned) {
      return IntegerGrid.symmetric(Math.min(cut, statistics.largest()));
    }
    double least = Math.max(statistics.min(), -cut);
    double most = Math.min(statistics.max(), cut);
    return IntegerGrid.between(least, most);
  }

  static double percentile(TensorStatistics statistics) {
    Histogram histogram = statistics.histogram();
    long total = 0;
    for (int i = 0; i < Histogram.BINS; i++) {
      total += histogram.both(i);
    }
    long seen = 0;
    for (int i = 0; i < Histogram.BINS; i++) {
      seen += histogram.both(i);
      if (seen >= KEPT * total) {
        return Math.min((i + 1) * histogram.width(), statistics.largest());
      }
    }
    return statistics.largest();
  }

  static double leastSquares(TensorStatistics statistics, boolean unsigned) {
    double best = statistics.largest();
    double least = Double.POSITIVE_INFINITY;
    for (int i = CANDIDATES; i >= LEAST_CANDIDATE; i--) {
      double cut = statistics.largest() * i / CANDIDATES;
      double error = squaredError(statistics.histogram(), grid(statistics, cut, unsigned));
      if (error < least) {
        least = error;
        best = cut;
      }
    }
    return best;
  }

  private static double squaredError(Histogram histogram, IntegerGrid grid) {
    double sum = 0;
    for (int i = 0; i < Histogram.BINS; i++) {
      double center = (i + 0.5) * histogram.width();
      if (histogram.above(i) > 0) {
        double error = center - grid.round(center);
        sum += histogram.above(i) * error * error;
      }
      if (histogram.below(i) > 0) {
        double error = center + grid.round(-center);
        sum += histogram.below(i) * error * error;
      }
    }
    return sum;
  }

  static double entropy(TensorStatistics statistics, boolean unsigned) {
    Histogram histogram = statistics.histogram();
    boolean oneSided = statistics.min() >= 0 || statistics.max() <= 0;
    int levels = unsigned && oneSided ? 256 : 128;
    double[] counts = new double[Histogram.BINS];
    int used = 0;
    for (int i = 0; i < counts.length; i++) {
      counts[i] = histogram.both(i);
      used = counts[i] > 0 ? i + 1 : used;
    }
    double best = statistics.largest();
    double least = Double.POSITIVE_INFINITY;
    for (int i = CANDIDATES; i >= LEAST_CANDIDATE; i--) {
      int bins = (int) ((long) used * i / CANDIDATES);
      if (bins < levels) {
        break;
      }
      double divergence = divergence(counts, used, bins, levels);
      if (divergence < least) {
        least = divergence;
        best = i == CANDIDATES ? statistics.largest() : bins * histogram.width();
      }
    }
    return best;
  }

  /** Of the first {@code bins}, into which the rest is cut off, from themselves in few levels. */
  private static double divergence(double[] counts, int used, int bins, int levels) {
    double[] wanted = new double[bins];
    System.arraycopy(counts, 0, wanted, 0, bins);
    for (int i = bins; i < used; i++) {
      wanted[bins - 1] += counts[i];
    }
    double[] found = new double[bins];
    for (int level = 0; level < levels; level++) {
      int from = (int) ((long) level * bins / levels);
      int to = (int) ((level + 1L) * bins / levels);
      double sum = 0;
      int filled = 0;
      for (int i = from; i < to; i++) {
        sum += counts[i];
        filled += wanted[i] > 0 ? 1 : 0;
      }
      for (int i = from; i < to; i++) {
        found[i] = wanted[i] > 0 ? sum / filled : 0;
      }
    }
    return divergence(wanted, found);
  }

  private static double divergence(double[] wanted, double[] found) {
    double wantedSum = 0;
    double foundSum = 0;
    for (int i = 0; i < wanted.length; i++) {
      wantedSum += wanted[i];
      foundSum += found[i];
    }
    double sum = 0;
    for (int i = 0; i < wanted.length; i++) {
      if (wanted[i] > 0) {
        double p = wanted[i] / wantedSum;
        double q = Math.max(found[i] / foundSum, 1e-12);
        sum += p * Math.log(p / q);
      }
    }
    return sum;
  }
}
