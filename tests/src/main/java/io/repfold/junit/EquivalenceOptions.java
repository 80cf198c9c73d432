package io.repfold.junit;

import io.repfold.check.Tolerance;
import io.repfold.pipeline.compare.ComparisonRequest;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How to compare two models.
 *
 * @param shapes input shapes by input name, where the model leaves them open
 * @param samples how many sets of random inputs to run, at least 1
 * @param seed of the random inputs
 * @param tolerance how far an output may be from its reference
 * @param threshold what decides at outputs of one channel, where the tolerance asks for a share of
 *     decisions
 */
public record EquivalenceOptions(
    Map<String, long[]> shapes, int samples, long seed, Tolerance tolerance, double threshold) {
  private static final int MAX_SAMPLES = 1000;

  /** Three samples, seed 0, {@link Tolerance#NETWORK}, no shapes, threshold 0.5. */
  public static final EquivalenceOptions DEFAULT =
      new EquivalenceOptions(Map.of(), 3, 0, Tolerance.NETWORK, 0.5);

  /**
   * Checks the number of samples.
   *
   * @throws IllegalArgumentException if it is not one of 1 to 1000
   */
  public EquivalenceOptions {
    if (samples < 1 || samples > MAX_SAMPLES) {
      throw new IllegalArgumentException(
          "Two models are compared on 1 to %d samples, not %d".formatted(MAX_SAMPLES, samples));
    }
    shapes = Map.copyOf(shapes);
  }

  /** The same with one more input shape. */
  public EquivalenceOptions withShape(String input, long... shape) {
    Map<String, long[]> more = new LinkedHashMap<>(shapes);
    more.put(input, shape.clone());
    return new EquivalenceOptions(more, samples, seed, tolerance, threshold);
  }

  /** The same with another number of samples. */
  public EquivalenceOptions withSamples(int count) {
    return new EquivalenceOptions(shapes, count, seed, tolerance, threshold);
  }

  /** The same with other random inputs. */
  public EquivalenceOptions withSeed(long other) {
    return new EquivalenceOptions(shapes, samples, other, tolerance, threshold);
  }

  /** The same with another tolerance. */
  public EquivalenceOptions withTolerance(Tolerance other) {
    return new EquivalenceOptions(shapes, samples, seed, other, threshold);
  }

  /** The same with another threshold: 0.5 is for probabilities, 0 for scores. */
  public EquivalenceOptions withThreshold(double other) {
    return new EquivalenceOptions(shapes, samples, seed, tolerance, other);
  }

  ComparisonRequest request() {
    return new ComparisonRequest(samples, seed, tolerance).withThreshold(threshold);
  }
}
