package io.repfold.check;

/**
 * The part of a tensor whose error uses up most of what it may have: a channel, a column, or the
 * whole.
 *
 * @param axis along which the tensor is parted, from 0; -1 for the whole
 * @param part index on that axis
 * @param error the largest error in it, in the tensors' own unit
 * @param index row-major index of that error; -1 when nothing was compared
 * @param reference the reference's value there
 * @param candidate the candidate's value there
 * @param magnitude the reference's largest magnitude in it
 * @param noise by how much the reference differs from itself in it; NaN where that was not measured
 * @param allowed the largest error that it may have
 */
public record PartError(
    int axis,
    int part,
    double error,
    int index,
    double reference,
    double candidate,
    double magnitude,
    double noise,
    double allowed) {
  /** Whether the error is larger than is allowed. */
  public boolean isTooLarge() {
    return !(error <= allowed);
  }

  /** The share of what is allowed; infinite where nothing is. */
  public double used() {
    return error == 0 ? 0 : error / allowed;
  }

  /** The error as a fraction of the part's magnitude; 0 without error. */
  public double relative() {
    return error == 0 ? 0 : error / magnitude;
  }

  /**
   * Where an element lies on each axis.
   *
   * @param index row-major, at least 0
   */
  public static long[] place(int index, long... shape) {
    long[] place = new long[shape.length];
    long rest = index;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      place[axis] = rest % shape[axis];
      rest /= shape[axis];
    }
    return place;
  }

  /** In words, such as {@code channel 3 (axis 1)}; {@code the output} for the whole. */
  public String where() {
    return axis < 0
        ? "the output"
        : "%s %d (axis %d)".formatted(axis == 1 ? "channel" : "column", part, axis);
  }
}
