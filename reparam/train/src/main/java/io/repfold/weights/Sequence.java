package io.repfold.weights;

import java.util.ArrayList;
import java.util.List;

/**
 * A list, tuple or set of Python. Compared by identity, since what a pickle holds may hold itself.
 */
final class Sequence {
  private final List<Object> items;

  Sequence(List<Object> items) {
    this.items = new ArrayList<>(items);
  }

  List<Object> items() {
    return items;
  }

  /** This value as a sequence. */
  static Sequence of(Object value, String what) {
    if (value instanceof Sequence sequence) {
      return sequence;
    }
    throw new WeightsException(
        "%s must be a list or a tuple, found %s".formatted(what, Kinds.of(value)));
  }
}
