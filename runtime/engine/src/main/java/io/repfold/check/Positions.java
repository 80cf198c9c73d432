package io.repfold.check;

import io.repfold.runtime.HostTensor;

/**
 * The positions of a tensor of scores: choices of all indices but that of the channel, numbered in
 * row-major order.
 *
 * @param channels the size of the channels' axis
 * @param stride elements from one channel to the next
 */
record Positions(int channels, int stride) {
  /**
   * @param axis that of the channels, from 0
   */
  static Positions along(int axis, long... shape) {
    return new Positions((int) shape[axis], stride(axis, shape));
  }

  /** Elements from one step along an axis to the next. */
  static int stride(int axis, long... shape) {
    int stride = 1;
    for (int i = axis + 1; i < shape.length; i++) {
      stride *= (int) shape[i];
    }
    return stride;
  }

  /** The best two scores at a position. */
  BestTwo bestTwo(HostTensor scores, int position) {
    int start = position / stride * channels * stride + position % stride;
    return BestTwo.of(scores, start, stride, channels);
  }
}
