package io.repfold.weights;

import java.util.ArrayList;
import java.util.List;

/** What a call was given, by place. */
record Arguments(String function, List<Object> values) {
  private static final int MOST_DIMENSIONS = 64;

  Object at(int index) {
    Check.that(
        index < values.size(),
        "its pickle calls '%s' with %d arguments, expected more; it is damaged",
        function,
        values.size());
    return values.get(index);
  }

  <T> T at(int index, Class<T> type) {
    Object value = at(index);
    Check.that(
        type.isInstance(value),
        "its pickle calls '%s' with %s as argument %d; it is damaged",
        function,
        Kinds.of(value),
        index);
    return type.cast(value);
  }

  /** A list of integers, such as a shape. */
  List<Long> integers(int index) {
    List<Object> items = at(index, Sequence.class).items();
    Check.that(
        items.size() <= MOST_DIMENSIONS,
        "has a tensor of %d dimensions, expected at most %d; it is damaged",
        items.size(),
        MOST_DIMENSIONS);
    List<Long> integers = new ArrayList<>();
    for (Object item : items) {
      if (!(item instanceof Long integer)) {
        throw new WeightsException(
            "its pickle calls '%s' with %s in a list of integers; it is damaged"
                .formatted(function, Kinds.of(item)));
      }
      integers.add(integer);
    }
    return integers;
  }
}
