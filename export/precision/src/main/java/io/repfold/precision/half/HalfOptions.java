package io.repfold.precision.half;

import io.repfold.graph.ElementType;
import io.repfold.precision.Range;
import java.util.Map;
import java.util.Set;

/**
 * What {@link HalfPrecision} makes.
 *
 * @param type FLOAT16 or BFLOAT16
 * @param keepsBoundary whether graph inputs and outputs stay float32, with Casts behind and before
 *     them
 * @param types of values by name, for those that the graph does not tell, such as the results of
 *     ops that are not modeled; a runtime knows them
 * @param ranges of values by name, from sample data in float32; empty if none were taken
 * @param margin at least 1: a value is taken to overflow if its largest magnitude times the margin
 *     is beyond the type, since other data have other ranges
 * @param largestReduction at least 1: a sum or average of more elements stays float32
 * @param underflow from 0 to 1: the share of a weight's nonzero elements that may become 0 or
 *     subnormal
 * @param float32 nodes that stay float32 because the caller wants it, by name or by the name of an
 *     output
 */
public record HalfOptions(
    ElementType type,
    boolean keepsBoundary,
    Map<String, ElementType> types,
    Map<String, Range> ranges,
    double margin,
    long largestReduction,
    double underflow,
    Set<String> float32) {

  /** float16 inside, float32 at the boundary, without ranges. */
  public static final HalfOptions FLOAT16 = of(ElementType.FLOAT16);

  /** bfloat16 inside, float32 at the boundary, without ranges. */
  public static final HalfOptions BFLOAT16 = of(ElementType.BFLOAT16);

  /**
   * @throws IllegalArgumentException if the type is no half type or a number is out of its range
   */
  public HalfOptions {
    HalfFormat.of(type);
    types = Map.copyOf(types);
    ranges = Map.copyOf(ranges);
    float32 = Set.copyOf(float32);
    require(
        margin >= 1 && margin < Double.POSITIVE_INFINITY, "The margin must be 1 or more", margin);
    require(largestReduction >= 1, "The largest reduction must be 1 or more", largestReduction);
    require(underflow >= 0 && underflow <= 1, "The share of underflow must be 0 to 1", underflow);
  }

  private static HalfOptions of(ElementType type) {
    return new HalfOptions(type, true, Map.of(), Map.of(), 2, 256, 0.1, Set.of());
  }

  private static void require(boolean holds, String expected, Number found) {
    if (!holds) {
      throw new IllegalArgumentException("%s, got %s".formatted(expected, found));
    }
  }

  /** The same, with graph inputs and outputs of the half type or of float32. */
  public HalfOptions withBoundary(boolean keeps) {
    return new HalfOptions(
        type, keeps, types, ranges, margin, largestReduction, underflow, float32);
  }

  /** The same, with types of values that the graph does not tell. */
  public HalfOptions withTypes(Map<String, ElementType> values) {
    return new HalfOptions(
        type, keepsBoundary, values, ranges, margin, largestReduction, underflow, float32);
  }

  /**
   * The same, with ranges from sample data.
   *
   * @throws IllegalArgumentException if there are none
   */
  public HalfOptions withRanges(Map<String, Range> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException(
          "No value has a range: run at least one sample, or leave the ranges out");
    }
    return new HalfOptions(
        type, keepsBoundary, types, values, margin, largestReduction, underflow, float32);
  }

  /** The same, with another margin of values. */
  public HalfOptions withMargin(double factor) {
    return new HalfOptions(
        type, keepsBoundary, types, ranges, factor, largestReduction, underflow, float32);
  }

  /** The same, with another number of elements above which sums stay float32. */
  public HalfOptions withLargestReduction(long elements) {
    return new HalfOptions(
        type, keepsBoundary, types, ranges, margin, elements, underflow, float32);
  }

  /** The same, with another share of weights that may underflow. */
  public HalfOptions withUnderflow(double share) {
    return new HalfOptions(
        type, keepsBoundary, types, ranges, margin, largestReduction, share, float32);
  }

  /** The same, with nodes that stay float32, by name or by the name of an output. */
  public HalfOptions withFloat32(Set<String> nodes) {
    return new HalfOptions(
        type, keepsBoundary, types, ranges, margin, largestReduction, underflow, nodes);
  }
}
