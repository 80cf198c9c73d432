package io.repfold.train;

import java.util.Map;

/**
 * What a loss is told.
 *
 * @param classes number of classes, the channels of the logits
 * @param ignoreIndex label of pixels that do not count
 * @param arguments by name, as in a configuration's {@code loss_args}
 */
public record LossOptions(int classes, int ignoreIndex, Map<String, Object> arguments) {
  public LossOptions {
    arguments = Map.copyOf(arguments);
    if (classes < 1) {
      throw new IllegalArgumentException("A loss needs at least 1 class, got " + classes);
    }
  }

  /** No arguments. */
  public LossOptions(int classes, int ignoreIndex) {
    this(classes, ignoreIndex, Map.of());
  }
}
