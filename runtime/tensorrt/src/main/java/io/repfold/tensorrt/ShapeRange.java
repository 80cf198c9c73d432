package io.repfold.tensorrt;

import static java.util.stream.Collectors.joining;

import java.util.Arrays;
import java.util.List;

/**
 * The shapes of one input that a plan takes.
 *
 * @param min the smallest size of each dimension
 * @param opt the shape that the plan is tuned for
 * @param max the largest size of each dimension
 */
public record ShapeRange(List<Long> min, List<Long> opt, List<Long> max) {
  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException unless all three have one rank and min &lt;= opt &lt;= max in
   *     each dimension, from 0 on
   */
  public ShapeRange {
    min = List.copyOf(min);
    opt = List.copyOf(opt);
    max = List.copyOf(max);
    boolean ranks = min.size() == opt.size() && opt.size() == max.size();
    for (int i = 0; ranks && i < min.size(); i++) {
      boolean rises = 0 <= min.get(i) && min.get(i) <= opt.get(i) && opt.get(i) <= max.get(i);
      if (!rises) {
        throw new IllegalArgumentException(
            "The sizes of dimension %d must rise from the smallest over the best to the largest; found %s"
                .formatted(i, text(List.of(min, opt, max))));
      }
    }
    if (!ranks) {
      throw new IllegalArgumentException(
          "The smallest, the best and the largest shape must have equally many dimensions; found "
              + text(List.of(min, opt, max)));
    }
  }

  /**
   * Reads {@code 1x3x64x64:1x3x512x512:8x3x1024x1024}, that is, the smallest, the best and the
   * largest shape, or one shape for all three.
   *
   * @throws IllegalArgumentException if the text is neither
   */
  public static ShapeRange parse(String text) {
    List<List<Long>> shapes =
        Arrays.stream(text.split(":", -1)).map(shape -> shape(shape, text)).toList();
    if (shapes.size() == 1) {
      return new ShapeRange(shapes.get(0), shapes.get(0), shapes.get(0));
    }
    if (shapes.size() != 3) {
      throw new IllegalArgumentException(
          "'%s' must be one shape or three, as in 1x3x64x64:1x3x512x512:8x3x1024x1024"
              .formatted(text));
    }
    return new ShapeRange(shapes.get(0), shapes.get(1), shapes.get(2));
  }

  private static List<Long> shape(String shape, String text) {
    try {
      return Arrays.stream(shape.split("x", -1)).map(Long::parseUnsignedLong).toList();
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "'%s' in '%s' is no shape; write sizes with an x between them, as in 1x3x512x512"
              .formatted(shape, text),
          e);
    }
  }

  /** Whether a shape lies in the range. */
  public boolean contains(long... shape) {
    boolean contains = shape.length == min.size();
    for (int i = 0; contains && i < shape.length; i++) {
      contains = min.get(i) <= shape[i] && shape[i] <= max.get(i);
    }
    return contains;
  }

  /** What {@link #parse} reads. */
  @Override
  public String toString() {
    return min.equals(max) ? text(List.of(opt)) : text(List.of(min, opt, max));
  }

  private static String text(List<List<Long>> shapes) {
    return shapes.stream()
        .map(shape -> shape.stream().map(String::valueOf).collect(joining("x")))
        .collect(joining(":"));
  }
}
