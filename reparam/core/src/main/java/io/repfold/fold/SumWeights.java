package io.repfold.fold;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Parallel weights: taps are united, and added where they meet; groups become the coarsest that all
 * divide into.
 */
final class SumWeights extends Weights {
  /** Of more parts, what each addition rounds off would add up. */
  private static final int FEW = 16;

  private static final double[] NOTHING = {};

  private final List<Weights> parts;

  private SumWeights(List<Weights> parts, int groups, Taps taps) {
    super(parts.get(0).in(), parts.get(0).out(), groups, taps, parts.toArray(Weights[]::new));
    this.parts = parts;
  }

  /** Sums of sums are one sum: reading them does not recur. */
  static SumWeights of(Weights first, Weights second) {
    List<Weights> parts = new ArrayList<>(partsOf(first));
    parts.addAll(partsOf(second));
    return new SumWeights(
        List.copyOf(parts),
        Taps.gcd(first.groups(), second.groups()),
        first.taps().union(second.taps()));
  }

  private static List<Weights> partsOf(Weights weights) {
    return weights instanceof SumWeights sum ? sum.parts : List.of(weights);
  }

  @Override
  Rows open(MatrixProduct product) {
    List<Rows> sources = parts.stream().map(part -> part.open(product)).toList();
    Weights start = parts.get(0);
    boolean alike = start.groups() == groups() && start.taps().offsets().equals(taps().offsets());
    return new Rows() {
      @Override
      public double[] read(int from, int to) {
        double[] sum = sources.get(0).read(from, to);
        if (!alike) {
          double[] first = sum;
          sum = new double[(to - from) * taps().size() * columns()];
          add(sum, NOTHING, parts.get(0), first, from, to);
        }
        double[] lost = parts.size() > FEW ? new double[sum.length] : NOTHING;
        for (int i = 1; i < sources.size(); i++) {
          add(sum, lost, parts.get(i), sources.get(i).read(from, to), from, to);
        }
        return sum;
      }

      @Override
      public void close() {
        sources.forEach(Rows::close);
      }
    };
  }

  private void add(double[] sum, double[] lost, Weights part, double[] rows, int from, int to) {
    int[] tapOf = part.taps().offsets().stream().mapToInt(taps()::indexOf).toArray();
    int width = part.columns();
    for (int row = from; row < to; row++) {
      int shift = part.firstColumn(row) - firstColumn(row);
      for (int tap = 0; tap < tapOf.length; tap++) {
        int source = ((row - from) * tapOf.length + tap) * width;
        int target = ((row - from) * taps().size() + tapOf[tap]) * columns() + shift;
        if (lost.length == 0) {
          Runs.add(rows, source, width, sum, target);
        } else {
          for (int column = 0; column < width; column++) {
            addTo(sum, lost, target + column, rows[source + column]);
          }
        }
      }
    }
  }

  /** Keeps what the addition rounds off for the next one (Kahan, 1965). */
  private static void addTo(double[] sum, double[] lost, int index, double value) {
    double rest = value - lost[index];
    double more = sum[index] + rest;
    lost[index] = (more - sum[index]) - rest;
    sum[index] = more;
  }

  @Override
  double[] respondTo(double[] value) {
    double[] response = new double[out()];
    for (Weights part : parts) {
      double[] own = part.respondTo(value);
      Arrays.setAll(response, i -> response[i] + own[i]);
    }
    return response;
  }
}
