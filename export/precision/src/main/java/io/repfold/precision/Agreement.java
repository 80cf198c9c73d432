package io.repfold.precision;

import static java.util.Objects.requireNonNull;

import io.repfold.graph.Graph;
import io.repfold.graph.Value;
import io.repfold.precision.OutputScores.Numbers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How far a changed graph's outputs agree with the original's on samples: as {@link OutputScores}
 * judges them.
 */
public final class Agreement {
  /**
   * The result of a comparison.
   *
   * @param findings of all pieces of all outputs
   */
  public record Score(List<Finding> findings) {
    public Score {
      findings = List.copyOf(findings);
    }

    /** Whether all that is asked for holds. */
    public boolean holds() {
      return findings.stream().allMatch(Finding::holds);
    }

    /** The piece that is worst beside what is asked for; empty if no output was judged. */
    public Optional<Finding> worst() {
      return Finding.worstOf(findings.stream());
    }

    /** What is wrong by what may be, at the worst piece; at most 1 where all holds. */
    public double loss() {
      return worst().map(Finding::loss).orElse(0.0);
    }

    /** The least share of decisions that stay the same; 1 if there are none. */
    public double agreement() {
      return findings.stream().mapToDouble(Finding::share).min().orElse(1);
    }

    /** The least energy against that of the error; NaN if no output holds real numbers. */
    public double decibels() {
      return findings.stream()
          .mapToDouble(Finding::decibels)
          .filter(decibels -> !Double.isNaN(decibels))
          .min()
          .orElse(Double.NaN);
    }

    /** The largest error as a fraction of a range; 0 if no output holds real numbers. */
    public double error() {
      return findings.stream()
          .mapToDouble(Finding::error)
          .filter(error -> !Double.isNaN(error))
          .max()
          .orElse(0);
    }
  }

  private final SampleRunner runner;
  private final OutputScores ranges;
  private final Set<String> outputs = new LinkedHashSet<>();
  private final List<Map<String, List<Decisions>>> decisions = new ArrayList<>();
  private final List<Map<String, Numbers>> numbers = new ArrayList<>();
  private long bytes;

  /**
   * Runs the original once.
   *
   * @param leastSamples of how many samples to keep all numbers, which errors are measured on
   * @param mostBytes of numbers that are kept of more samples; of the rest, decisions are
   */
  public Agreement(
      Graph original,
      SampleRunner runner,
      OutputMeanings meanings,
      Targets targets,
      int leastSamples,
      long mostBytes) {
    this.runner = runner;
    this.ranges = new OutputScores(meanings, targets);
    original.outputs().stream().map(Value::name).forEach(outputs::add);
    runner.run(
        original,
        outputs,
        Integer.MAX_VALUE,
        (sample, values) -> {
          boolean kept = sample < leastSamples || bytes < mostBytes;
          Map<String, List<Decisions>> decided = new HashMap<>();
          Map<String, Numbers> all = new HashMap<>();
          values.forEach(
              (name, computed) -> {
                ranges.range(name, Numbers.of(computed));
                if (kept) {
                  all.put(name, copy(computed));
                } else {
                  decided.put(name, ranges.decisions(name, Numbers.of(computed)));
                }
              });
          decisions.add(decided);
          numbers.add(all);
        });
    Check.that(!decisions.isEmpty(), "There is no sample: give at least one to calibrate with");
  }

  private Numbers copy(SampleRunner.Computed computed) {
    float[] values = new float[computed.data().remaining()];
    computed.data().duplicate().get(values);
    bytes += (long) values.length * Float.BYTES;
    return new Numbers(i -> values[i], computed.real(), computed.shape());
  }

  public int samples() {
    return decisions.size();
  }

  /** Compares a graph with the same outputs on the first {@code most} samples. */
  public Score of(Graph changed, int most) {
    OutputScores scores = ranges.withRangesOf(ranges);
    runner.run(
        changed,
        outputs,
        most,
        (sample, values) ->
            values.forEach(
                (name, computed) -> {
                  Numbers expected = numbers.get(sample).get(name);
                  if (expected != null) {
                    scores.add(name, expected, Numbers.of(computed));
                  } else {
                    List<Decisions> decided = requireNonNull(decisions.get(sample).get(name));
                    scores.add(name, decided, Numbers.of(computed));
                  }
                }));
    return new Score(scores.findings());
  }

  /** The ratio of two energies; infinite if there is no error. */
  public static double decibels(double signal, double error) {
    return error == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(signal / error);
  }
}
