package io.repfold.check;

import java.util.ArrayList;
import java.util.List;

/**
 * How the elements of a tensor fall into parts along an axis: a channel, a column, or the whole.
 *
 * @param axis from 0; {@value #WHOLE} for the whole tensor as one part
 * @param parts the size of that axis
 * @param inner elements of one step along it
 * @param elements of the tensor
 */
record Slicing(int axis, int parts, int inner, int elements) {
  static final int WHOLE = -1;
  private static final int RANK_OF_IMAGES = 4;

  /**
   * The whole first, then the channels of axis 1, then the columns of the last axis of tensors of
   * rank 3, as of tokens and anchors, and above 4, as of detection heads; and of rank 4 where the
   * channels are last.
   */
  static List<Slicing> of(int channels, long... shape) {
    int elements = Positions.stride(WHOLE, shape);
    List<Slicing> all = new ArrayList<>();
    all.add(new Slicing(WHOLE, 1, Math.max(1, elements), elements));
    int last = shape.length - 1;
    for (int axis = 1; axis <= last; axis++) {
      boolean judged =
          axis == 1 || axis == channels || (axis == last && shape.length != RANK_OF_IMAGES);
      if (judged && shape[axis] > 1) {
        int inner = Math.max(1, Positions.stride(axis, shape));
        all.add(new Slicing(axis, (int) shape[axis], inner, elements));
      }
    }
    return all;
  }

  /** The part in which an element lies. */
  int part(int index) {
    return index / inner % parts;
  }

  /** Whether tensors that differ in other sizes have the same parts. */
  boolean hasPartsOf(Slicing other) {
    return axis == other.axis && parts == other.parts;
  }
}
