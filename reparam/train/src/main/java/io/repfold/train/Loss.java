package io.repfold.train;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * How far a network's output is from the labels. Pixels with the ignored label have no part in it;
 * if there are no others it is 0, with gradients of 0.
 */
public interface Loss {
  /**
   * The loss of a batch, which can be differentiated.
   *
   * @param logits [N, C, H, W], or [N, C] for whole images; float32
   * @param labels [N, H, W], for whole images also [N]; int64 or int32, each from 0 to C - 1 or the
   *     ignored label
   * @return a scalar, on the device of the logits
   * @throws IllegalArgumentException if the shapes do not fit, or if labels on the CPU are out of
   *     range
   */
  NDArray of(NDArray logits, NDArray labels);

  /** The loss that an auxiliary output is trained with beside this one. */
  default Loss auxiliary() {
    return this;
  }

  /**
   * A loss by its name, one of {@link #names()}.
   *
   * @throws IllegalArgumentException if the name or an argument is not known
   */
  static Loss of(String name, LossOptions options) {
    return Losses.of(name, options);
  }

  /** The names of all losses. */
  static List<String> names() {
    return Losses.names();
  }
}
