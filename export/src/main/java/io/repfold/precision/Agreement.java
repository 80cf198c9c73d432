package io.repfold.precision;

import static java.util.Objects.requireNonNull;

import io.repfold.graph.Graph;
import io.repfold.graph.Value;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How far a changed graph's outputs agree with the original's on samples.
 *
 * <p>Of scores with several channels (axis 1) it is the share of positions whose greatest channel
 * is the same; of one channel the share of elements on the same side of the threshold; of integers
 * the share of equal ones. The error is counted against all elements.
 */
final class Agreement {
  /** The result of a comparison. */
  record Score(double agreement, double decibels) {}

  private final SampleRunner runner;
  private final Set<String> outputs = new LinkedHashSet<>();
  private final double threshold;
  private final List<Map<String, int[]>> decisions = new ArrayList<>();
  private final List<Map<String, float[]>> numbers = new ArrayList<>();

  /**
   * Runs the original once.
   *
   * @param threshold for outputs of one channel
   * @param numbersOf of how many samples to keep all numbers, which the error is measured on
   */
  Agreement(Graph original, SampleRunner runner, double threshold, int numbersOf) {
    this.runner = runner;
    this.threshold = threshold;
    original.outputs().stream().map(Value::name).forEach(outputs::add);
    runner.run(
        original,
        outputs,
        Integer.MAX_VALUE,
        (sample, values) -> {
          Map<String, int[]> decided = new HashMap<>();
          Map<String, float[]> kept = new HashMap<>();
          values.forEach(
              (name, computed) -> {
                decided.put(name, decide(computed));
                if (sample < numbersOf && computed.real()) {
                  kept.put(name, floats(computed.data()));
                }
              });
          decisions.add(decided);
          numbers.add(kept);
        });
    Check.that(!decisions.isEmpty(), "There is no sample: give at least one to calibrate with");
  }

  int samples() {
    return decisions.size();
  }

  /** Compares a graph with the same outputs on the first {@code most} samples. */
  Score of(Graph changed, int most) {
    Map<String, long[]> same = new HashMap<>();
    double[] energy = new double[2];
    runner.run(
        changed,
        outputs,
        most,
        (sample, values) ->
            values.forEach(
                (name, computed) -> {
                  int[] expected = requireNonNull(decisions.get(sample).get(name));
                  count(expected, decide(computed), same.computeIfAbsent(name, k -> new long[2]));
                  float[] wanted = numbers.get(sample).get(name);
                  if (wanted != null) {
                    compare(wanted, computed.data(), energy);
                  }
                }));
    double agreement =
        same.values().stream()
            .filter(counts -> counts[1] > 0)
            .mapToDouble(counts -> (double) counts[0] / counts[1])
            .min()
            .orElse(1);
    return new Score(agreement, decibels(energy[0], energy[1]));
  }

  /** Adds up how many are equal, and how many there are. */
  private static void count(int[] expected, int[] found, long... counts) {
    for (int i = 0; i < found.length; i++) {
      counts[0] += found[i] == expected[i] ? 1 : 0;
    }
    counts[1] += found.length;
  }

  private static void compare(float[] wanted, FloatBuffer found, double[] energy) {
    int first = found.position();
    for (int i = 0; i < wanted.length; i++) {
      double error = found.get(first + i) - (double) wanted[i];
      energy[0] += (double) wanted[i] * wanted[i];
      energy[1] += error * error;
    }
  }

  /** The ratio of two energies; infinite if there is no error. */
  static double decibels(double signal, double error) {
    return error == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(signal / error);
  }

  private static float[] floats(FloatBuffer data) {
    float[] values = new float[data.remaining()];
    data.duplicate().get(values);
    return values;
  }

  private int[] decide(SampleRunner.Computed computed) {
    FloatBuffer data = computed.data();
    int first = data.position();
    long[] shape = computed.shape();
    int size = data.remaining();
    int channels = shape.length < 2 ? 1 : Math.toIntExact(shape[1]);
    if (!computed.real() || channels <= 1) {
      int[] decided = new int[size];
      for (int i = 0; i < size; i++) {
        float value = data.get(first + i);
        decided[i] = computed.real() ? (value > threshold ? 1 : 0) : (int) value;
      }
      return decided;
    }
    int batch = Math.toIntExact(shape[0]);
    int inner = size == 0 ? 0 : size / (batch * channels);
    int[] decided = new int[batch * inner];
    for (int i = 0; i < decided.length; i++) {
      int start = first + i / inner * channels * inner + i % inner;
      for (int c = 1; c < channels; c++) {
        if (data.get(start + c * inner) > data.get(start + decided[i] * inner)) {
          decided[i] = c;
        }
      }
    }
    return decided;
  }
}
