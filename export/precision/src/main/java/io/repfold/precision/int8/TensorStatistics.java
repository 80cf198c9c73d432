package io.repfold.precision.int8;

import io.repfold.precision.Check;
import java.nio.FloatBuffer;
import java.util.Locale;

/**
 * What is known of the elements of a tensor after some samples: their range, their distribution and
 * how many were no numbers. Takes 64 KiB however many elements there were. Not safe for use by
 * several threads at once.
 */
public final class TensorStatistics {
  private final Histogram histogram = new Histogram();
  private long count;
  private long nans;
  private long infinities;
  private double min = Double.POSITIVE_INFINITY;
  private double max = Double.NEGATIVE_INFINITY;

  /** Adds the elements from the buffer's position to its limit; the buffer does not move. */
  public void accept(FloatBuffer values) {
    int end = values.limit();
    for (int i = values.position(); i < end; i++) {
      float value = values.get(i);
      if (Float.isFinite(value)) {
        count++;
        min = Math.min(min, value);
        max = Math.max(max, value);
        histogram.add(value);
      } else if (Float.isNaN(value)) {
        nans++;
      } else {
        infinities++;
      }
    }
  }

  /** Finite elements. */
  public long count() {
    return count;
  }

  /** Elements that were no numbers. */
  public long nans() {
    return nans;
  }

  /** Elements that were infinite. */
  public long infinities() {
    return infinities;
  }

  /** The least finite element; positive infinity if there was none. */
  public double min() {
    return min;
  }

  /** The greatest finite element; negative infinity if there was none. */
  public double max() {
    return max;
  }

  /** The largest magnitude of a finite element; 0 if there was none. */
  public double largest() {
    return count == 0 ? 0 : Math.max(Math.abs(min), Math.abs(max));
  }

  Histogram histogram() {
    return histogram;
  }

  /**
   * Checks that a range can be taken from these.
   *
   * @param value for the message
   * @throws io.repfold.graph.InvalidGraphException if there was no element, or one that is NaN or
   *     infinite; names the value
   */
  void requireUsable(String value) {
    Check.that(
        nans == 0 && infinities == 0,
        "Value '%s' was NaN %d times and infinite %d times on the samples, so it has no range: leave"
            + " out the samples that do this, or look for the node that makes them with"
            + " LayerComparison.run",
        value,
        nans,
        infinities);
    Check.that(
        count > 0, "Value '%s' has no range, because no sample was run: give at least one", value);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d elements in [%.4g, %.4g], %d NaN, %d infinite",
        count,
        min,
        max,
        nans,
        infinities);
  }
}
