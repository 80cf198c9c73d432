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
 * <p>It is the least share of equal {@link Decisions} of an output. The error is counted against
 * all elements; where a tensor has another size than the original's, all of it is error.
 */
public final class Agreement {
  /**
   * The result of a comparison.
   *
   * @param decibels the outputs' energy against that of their error; NaN if no output holds real
   *     numbers
   */
  public record Score(double agreement, double decibels) {}

  private final SampleRunner runner;
  private final Set<String> outputs = new LinkedHashSet<>();
  private final double threshold;
  private final ClassAxes axes;
  private final List<Map<String, Decisions>> decisions = new ArrayList<>();
  private final List<Map<String, float[]>> numbers = new ArrayList<>();

  /**
   * Runs the original once.
   *
   * @param threshold for outputs of one channel
   * @param numbersOf of how many samples to keep all numbers, which the error is measured on
   */
  public Agreement(Graph original, SampleRunner runner, double threshold, int numbersOf) {
    this.runner = runner;
    this.threshold = threshold;
    this.axes = ClassAxes.of(original);
    original.outputs().stream().map(Value::name).forEach(outputs::add);
    runner.run(
        original,
        outputs,
        Integer.MAX_VALUE,
        (sample, values) -> {
          Map<String, Decisions> decided = new HashMap<>();
          Map<String, float[]> kept = new HashMap<>();
          values.forEach(
              (name, computed) -> {
                decided.put(name, decide(name, computed));
                if (sample < numbersOf && computed.real()) {
                  kept.put(name, floats(computed.data()));
                }
              });
          decisions.add(decided);
          numbers.add(kept);
        });
    Check.that(!decisions.isEmpty(), "There is no sample: give at least one to calibrate with");
  }

  public int samples() {
    return decisions.size();
  }

  /** Compares a graph with the same outputs on the first {@code most} samples. */
  public Score of(Graph changed, int most) {
    Map<String, long[]> counts = new HashMap<>();
    double[] energy = new double[2];
    runner.run(
        changed,
        outputs,
        most,
        (sample, values) ->
            values.forEach(
                (name, computed) -> {
                  Decisions expected = requireNonNull(decisions.get(sample).get(name));
                  Decisions found = decide(name, computed);
                  long[] count = counts.computeIfAbsent(name, k -> new long[2]);
                  count[0] += expected.disagreements(found);
                  count[1] += expected.positions(found);
                  float[] wanted = numbers.get(sample).get(name);
                  if (wanted != null) {
                    compare(wanted, computed.data(), energy);
                  }
                }));
    double agreement =
        counts.values().stream()
            .filter(count -> count[1] > 0)
            .mapToDouble(count -> (double) (count[1] - count[0]) / count[1])
            .min()
            .orElse(1);
    boolean real = numbers.stream().anyMatch(kept -> !kept.isEmpty());
    return new Score(agreement, real ? decibels(energy[0], energy[1]) : Double.NaN);
  }

  private static void compare(float[] wanted, FloatBuffer found, double[] energy) {
    int first = found.position();
    boolean comparable = found.remaining() == wanted.length;
    for (int i = 0; i < wanted.length; i++) {
      double error = (comparable ? found.get(first + i) : 0) - (double) wanted[i];
      energy[0] += (double) wanted[i] * wanted[i];
      energy[1] += error * error;
    }
  }

  /** The ratio of two energies; infinite if there is no error. */
  public static double decibels(double signal, double error) {
    return error == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(signal / error);
  }

  private static float[] floats(FloatBuffer data) {
    float[] values = new float[data.remaining()];
    data.duplicate().get(values);
    return values;
  }

  private Decisions decide(String output, SampleRunner.Computed computed) {
    FloatBuffer data = computed.data();
    int first = data.position();
    long[] shape = computed.shape();
    int axis = axes.of(output, shape.length);
    return Decisions.of(i -> data.get(first + i), computed.real(), threshold, axis, shape);
  }
}
