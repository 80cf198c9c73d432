package io.repfold.tensorrt;

import static java.util.stream.Collectors.joining;

import java.util.Arrays;
import java.util.List;

/**
 * The shapes of one input that a plan takes; or its values, of one that shapes are computed from,
 * such as the sizes of a Resize.
 *
 * @param min the smallest size of each dimension
 * @param opt the shape that the plan is tuned for
 * @param max the largest size of each dimension
 * @param values whether these are the input's elements and not its shape
 */
public record ShapeRange(List<Long> min, List<Long> opt, List<Long> max, boolean values) {
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
                .formatted(i, text(List.of(min, opt, max), values)));
      }
    }
    if (!ranks) {
      throw new IllegalArgumentException(
          "The smallest, the best and the largest shape must have equally many dimensions; found "
              + text(List.of(min, opt, max), values));
    }
  }

  /** Shapes. */
  public ShapeRange(List<Long> min, List<Long> opt, List<Long> max) {
    this(min, opt, max, false);
  }

  /**
   * Reads {@code 1x3x64x64:1x3x512x512:8x3x1024x1024}, that is, the smallest, the best and the
   * largest shape, or one shape for all three. Values begin with {@code @} and have commas between
   * them: {@code @1,3,64,64:1,3,512,512:8,3,1024,1024}.
   *
   * @throws IllegalArgumentException if the text is neither
   */
  public static ShapeRange parse(String text) {
    boolean values = text.startsWith("@");
    String between = values ? "," : "x";
    List<List<Long>> shapes =
        Arrays.stream(text.substring(values ? 1 : 0).split(":", -1))
            .map(shape -> shape(shape, between, text))
            .toList();
    if (shapes.size() == 1) {
      return new ShapeRange(shapes.get(0), shapes.get(0), shapes.get(0), values);
    }
    if (shapes.size() != 3) {
      throw new IllegalArgumentException(
          "'%s' must be one shape or three, as in 1x3x64x64:1x3x512x512:8x3x1024x1024"
              .formatted(text));
    }
    return new ShapeRange(shapes.get(0), shapes.get(1), shapes.get(2), values);
  }

  private static List<Long> shape(String shape, String between, String text) {
    try {
      return Arrays.stream(shape.split(between, -1)).map(Long::parseUnsignedLong).toList();
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "'%s' in '%s' is no shape; write sizes with an x between them, as in 1x3x512x512, or values as in @1,3,512,512"
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
    List<List<Long>> all = min.equals(max) ? List.of(opt) : List.of(min, opt, max);
    return text(all, values);
  }

  private static String text(List<List<Long>> all, boolean values) {
    return all.stream()
        .map(one -> one.stream().map(String::valueOf).collect(joining(values ? "," : "x")))
        .collect(joining(":", values ? "@" : "", ""));
  }
}
