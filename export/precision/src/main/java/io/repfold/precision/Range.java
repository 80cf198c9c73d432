package io.repfold.precision;

import io.repfold.graph.Graph;
import io.repfold.graph.NdArray;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Which elements a value had over sample data.
 *
 * @param min the smallest, finite
 * @param max the largest, finite
 * @param smallest the smallest magnitude of a nonzero element; infinite if there is none, or it was
 *     not looked for
 */
public record Range(double min, double max, double smallest) {
  /**
   * @throws IllegalArgumentException if a bound is infinite or no number, they are reversed, or the
   *     smallest magnitude is not positive
   */
  public Range {
    if (!Double.isFinite(min) || !Double.isFinite(max)) {
      throw new IllegalArgumentException(
          "A range must be finite, got [%s, %s]: leave out the samples that give infinities or NaN in float32"
              .formatted(min, max));
    }
    if (min > max) {
      throw new IllegalArgumentException(
          "A range's min %s is above its max %s".formatted(min, max));
    }
    if (!(smallest > 0)) {
      throw new IllegalArgumentException(
          "The smallest nonzero magnitude must be above 0, got %s".formatted(smallest));
    }
  }

  /** A range of which the smallest magnitude is not known. */
  public Range(double min, double max) {
    this(min, max, Double.POSITIVE_INFINITY);
  }

  /**
   * The range of some elements.
   *
   * @throws IllegalArgumentException if there are none, or one is infinite or no number
   */
  public static Range of(double... elements) {
    if (elements.length == 0) {
      throw new IllegalArgumentException("No elements have no range");
    }
    double min = elements[0];
    double max = elements[0];
    double smallest = Double.POSITIVE_INFINITY;
    for (double element : elements) {
      min = Math.min(min, element);
      max = Math.max(max, element);
      smallest = element == 0 ? smallest : Math.min(smallest, Math.abs(element));
    }
    return new Range(min, max, smallest);
  }

  /**
   * The ranges of all values of some runs, such as those of {@link
   * io.repfold.graph.Interpreter#runAll}. Values of other types than float32, float16, bfloat16 and
   * double, and empty ones, are left out.
   *
   * @throws IllegalArgumentException if there is no run, or an element is infinite or no number;
   *     names the value
   */
  public static Map<String, Range> ofRuns(Iterable<Map<String, NdArray>> runs) {
    Map<String, Range> ranges = new LinkedHashMap<>();
    for (Map<String, NdArray> run : runs) {
      run.forEach(
          (name, value) -> {
            if (value.type().isFloat() && value.data().length > 0) {
              ranges.merge(name, of(name, value.data()), Range::and);
            }
          });
    }
    requireSome(ranges);
    return ranges;
  }

  /**
   * The ranges of the finite elements of a graph's inputs and of what its modeled nodes compute,
   * over all samples: {@link Ranges#over(Graph, SampleRunner)}.
   *
   * @throws IllegalArgumentException if no value has a range, or an element is NaN; names the value
   */
  public static Map<String, Range> over(Graph graph, SampleRunner runner) {
    Map<String, Range> ranges = Ranges.over(graph, runner).byValue();
    requireSome(ranges);
    return ranges;
  }

  /** The range of the finite elements; empty if there are none. */
  static Optional<Range> ofFinite(FloatBuffer elements) {
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    float smallest = Float.POSITIVE_INFINITY;
    for (int i = elements.position(); i < elements.limit(); i++) {
      float element = elements.get(i);
      if (Float.isFinite(element)) {
        min = Math.min(min, element);
        max = Math.max(max, element);
        float magnitude = Math.abs(element);
        smallest = magnitude > 0 && magnitude < smallest ? magnitude : smallest;
      }
    }
    return min > max ? Optional.empty() : Optional.of(new Range(min, max, smallest));
  }

  private static void requireSome(Map<String, Range> ranges) {
    if (ranges.isEmpty()) {
      throw new IllegalArgumentException(
          "No sample was run, so no value has a range: give samples");
    }
  }

  private static Range of(String name, double[] elements) {
    try {
      return of(elements);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("Value '%s': %s".formatted(name, e.getMessage()), e);
    }
  }

  /** The smallest range that holds both. */
  public Range and(Range other) {
    return new Range(
        Math.min(min, other.min), Math.max(max, other.max), Math.min(smallest, other.smallest));
  }

  /** The largest magnitude. */
  public double largest() {
    return Math.max(Math.abs(min), Math.abs(max));
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "[%.4g, %.4g]", min, max);
  }
}
