package io.repfold.precision.int8;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The ranges that the searches find, against all of their candidates, each measured anew from the
 * numbers by the definition.
 */
class RangeSearchTest {
  private static final int CANDIDATES = 128;
  private static final int LEAST_CANDIDATE = 16;
  private static final int BINS = 4096;

  record Sample(String name, boolean unsigned, float... values) {
    @Override
    public String toString() {
      return name + (unsigned ? ", unsigned" : ", signed");
    }
  }

  static Stream<Sample> samples() {
    return Stream.of(true, false).flatMap(RangeSearchTest::samples);
  }

  private static Stream<Sample> samples(boolean unsigned) {
    SplittableRandom random = new SplittableRandom(71);
    float[] gauss = numbers(3000, random, r -> gaussian(r));
    float[] relu = numbers(4000, random, r -> Math.max(0, gaussian(r)));
    float[] heavy = numbers(4000, random, r -> Math.pow(gaussian(r), 5));
    float[] below = numbers(2000, random, r -> -Math.exp(gaussian(r)));
    float[] shifted = numbers(3000, random, r -> 3 + gaussian(r));
    float[] sided =
        numbers(3000, random, r -> r.nextInt(9) == 0 ? -5 * r.nextDouble() : gaussian(r));
    float[] even = numbers(5000, random, r -> r.nextDouble(-1, 1));
    float[] tiny = numbers(2000, random, r -> 1e-30 * gaussian(r));
    float[] two = numbers(900, random, r -> r.nextInt(30) == 0 ? 77 : 0.3 * r.nextDouble());
    float[] few = {0.5f, 0.5f, 0.25f, -0.125f, 3, 0};
    float[] outlier = Arrays.copyOf(gauss, gauss.length);
    outlier[7] = -63.9f;
    return Stream.of(
        new Sample("normal", unsigned, gauss),
        new Sample("normal and an outlier", unsigned, outlier),
        new Sample("after a ReLU", unsigned, relu),
        new Sample("heavy tails", unsigned, heavy),
        new Sample("all below zero", unsigned, below),
        new Sample("all above zero", unsigned, shifted),
        new Sample("of two kinds", unsigned, sided),
        new Sample("uniform", unsigned, even),
        new Sample("tiny", unsigned, tiny),
        new Sample("two heaps", unsigned, two),
        new Sample("few", unsigned, few));
  }

  private interface Draw {
    double from(SplittableRandom random);
  }

  private static float[] numbers(int count, SplittableRandom random, Draw draw) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) draw.from(random);
    }
    return values;
  }

  private static double gaussian(SplittableRandom random) {
    return Math.sqrt(-2 * Math.log(1 - random.nextDouble()))
        * Math.cos(2 * Math.PI * random.nextDouble());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void least_squares_has_the_least_error_of_all_candidates(Sample sample) {
    double largest = largest(sample.values());
    Map<Integer, Long> bins = bins(sample.values());
    double width = width(sample.values());
    double least = Double.POSITIVE_INFINITY;
    Grid best = grid(sample, largest);
    for (int i = CANDIDATES; i >= LEAST_CANDIDATE; i--) {
      Grid grid = grid(sample, largest * i / CANDIDATES);
      double error = 0;
      for (Map.Entry<Integer, Long> bin : bins.entrySet()) {
        double center = (Math.abs(bin.getKey()) - 0.5) * width * Math.signum(bin.getKey());
        error += bin.getValue() * Math.pow(center - grid.nearest(center), 2);
      }
      if (error < least) {
        least = error;
        best = grid;
      }
    }
    assertThat(RangeMethod.MSE.grid(statistics(sample), sample.unsigned())).isEqualTo(best.grid());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void entropy_has_the_least_divergence_of_all_candidates(Sample sample) {
    double[] counts = new double[BINS];
    bins(sample.values()).forEach((bin, count) -> counts[Math.abs(bin) - 1] += count);
    int used = BINS;
    while (counts[used - 1] == 0) {
      used--;
    }
    boolean oneSided = min(sample.values()) >= 0 || max(sample.values()) <= 0;
    int levels = sample.unsigned() && oneSided ? 256 : 128;
    double width = width(sample.values());
    double cut = largest(sample.values());
    double least = Double.POSITIVE_INFINITY;
    for (int i = CANDIDATES; i >= LEAST_CANDIDATE; i--) {
      int bins = used * i / CANDIDATES;
      if (bins >= levels) {
        double divergence = divergence(Arrays.copyOf(counts, used), bins, levels);
        if (divergence < least) {
          least = divergence;
          cut = i == CANDIDATES ? largest(sample.values()) : bins * width;
        }
      }
    }
    assertThat(RangeMethod.ENTROPY.grid(statistics(sample), sample.unsigned()))
        .isEqualTo(grid(sample, cut).grid());
  }

  /** Of the numbers that are cut off into the last bin, from the levels of those that are not. */
  private static double divergence(double[] counts, int bins, int levels) {
    double all = Arrays.stream(counts).sum();
    double kept = Arrays.stream(counts, 0, bins).sum();
    double[] wanted = Arrays.copyOf(counts, bins);
    wanted[bins - 1] += all - kept;
    double[] found = new double[bins];
    double foundAll = 0;
    int end = 0;
    for (int first = 0; first < bins; first = end) {
      double inLevel = 0;
      int filled = 0;
      while (end < bins && levelOf(end, bins, levels) == levelOf(first, bins, levels)) {
        inLevel += counts[end];
        filled += wanted[end] > 0 ? 1 : 0;
        end++;
      }
      for (int i = first; i < end; i++) {
        found[i] = wanted[i] > 0 ? inLevel / filled : 0;
        foundAll += found[i];
      }
    }
    double sum = 0;
    for (int i = 0; i < bins; i++) {
      if (wanted[i] > 0) {
        double q = Math.max(found[i] / foundAll, 1e-12);
        sum += wanted[i] / all * Math.log(wanted[i] / all / q);
      }
    }
    return sum;
  }

  /** Levels are as wide as whole bins allow: level l begins at bin floor(l * bins / levels). */
  private static int levelOf(int bin, int bins, int levels) {
    return (int) (((bin + 1L) * levels - 1) / bins);
  }

  @ParameterizedTest
  @MethodSource("samples")
  void percentile_ends_in_the_bin_of_the_number_below_which_lie_nearly_all(Sample sample) {
    float[] sorted = sample.values().clone();
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = Math.abs(sorted[i]);
    }
    Arrays.sort(sorted);
    int zeros = 0;
    while (sorted[zeros] == 0) {
      zeros++;
    }
    int counted = sorted.length - zeros;
    double kept = sorted[zeros + (int) Math.ceil(0.9999 * counted) - 1];
    double width = width(sample.values());
    double cut = Math.min((Math.floor(kept / width) + 1) * width, largest(sample.values()));
    assertThat(RangeMethod.PERCENTILE.grid(statistics(sample), sample.unsigned()))
        .isEqualTo(grid(sample, cut).grid());
  }

  /** What ONNX's QuantizeLinear and DequantizeLinear do with these three. */
  private record Grid(boolean unsigned, float scale, int zeroPoint) {
    double nearest(double value) {
      double least = unsigned ? 0 : -128;
      double steps = Math.rint(value / scale) + zeroPoint;
      return scale * (Math.min(Math.max(steps, least), least + 255) - zeroPoint);
    }

    IntegerGrid grid() {
      return new IntegerGrid(unsigned ? ElementType.UINT8 : ElementType.INT8, scale, zeroPoint);
    }
  }

  private static Grid grid(Sample sample, double cut) {
    if (!sample.unsigned()) {
      return new Grid(false, (float) (cut / 127), 0);
    }
    double below = Math.min(cut, Math.max(0, -min(sample.values())));
    double above = Math.min(cut, Math.max(0, max(sample.values())));
    float scale = (float) ((below + above) / 255);
    return new Grid(true, scale, (int) Math.rint(below / scale));
  }

  private static double min(float... values) {
    float min = values[0];
    for (float value : values) {
      min = Math.min(min, value);
    }
    return min;
  }

  private static double max(float... values) {
    float max = values[0];
    for (float value : values) {
      max = Math.max(max, value);
    }
    return max;
  }

  private static double largest(float... values) {
    return Math.max(Math.abs(min(values)), Math.abs(max(values)));
  }

  /** The least power of two above all magnitudes is parted into as many bins. */
  private static double width(float... values) {
    double largest = largest(values);
    double limit = Double.MIN_NORMAL;
    while (limit <= largest) {
      limit *= 2;
    }
    return limit / BINS;
  }

  /** How many numbers lie in each bin, counted from 1 above zero and from -1 below. */
  private static Map<Integer, Long> bins(float... values) {
    Map<Integer, Long> bins = new TreeMap<>();
    double width = width(values);
    for (float value : values) {
      if (value != 0) {
        int bin = 1 + (int) Math.floor(Math.abs(value) / width);
        bins.merge(value > 0 ? bin : -bin, 1L, Long::sum);
      }
    }
    return bins;
  }

  private static TensorStatistics statistics(Sample sample) {
    TensorStatistics statistics = new TensorStatistics();
    statistics.accept(FloatBuffer.wrap(sample.values()));
    return statistics;
  }
}
