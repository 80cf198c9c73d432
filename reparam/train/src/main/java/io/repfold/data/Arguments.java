package io.repfold.data;

import io.repfold.graph.Spelling;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Named values whose types and ranges are checked. A null counts as absent. */
final class Arguments {
  private final String prefix;
  private final Map<String, Object> values = new TreeMap<>();

  Arguments(Map<?, ?> values, Set<String> known) {
    this("", values, known);
  }

  /**
   * @param prefix of the names in messages
   */
  Arguments(String prefix, Map<?, ?> values, Set<String> known) {
    this.prefix = prefix;
    for (String key : keys(values)) {
      if (!known.contains(key)) {
        throw new DataException(
            "Unknown loader argument '%s%s'; did you mean '%s%s'?",
            prefix, key, prefix, Spelling.nearest(key, known));
      }
    }
    values.forEach(
        (key, value) -> {
          if (value != null) {
            this.values.put(String.valueOf(key), value);
          }
        });
  }

  static Set<String> keys(Map<?, ?> values) {
    Set<String> keys = new TreeSet<>();
    values.keySet().forEach(key -> keys.add(String.valueOf(key)));
    return keys;
  }

  @Nullable Object value(String key) {
    return values.get(key);
  }

  DataException missing(String key) {
    return new DataException("The loader argument '%s%s' is missing", prefix, key);
  }

  DataException wrong(String key, String expected) {
    Object found = values.get(key);
    String text = found instanceof String ? "\"" + found + "\"" : String.valueOf(found);
    return new DataException(
        "The loader argument '%s%s' takes %s, found %s", prefix, key, expected, text);
  }

  String text(String key) {
    Object value = values.get(key);
    if (value == null) {
      throw missing(key);
    }
    if (value instanceof String text && !text.isBlank() && text.indexOf('\0') < 0) {
      return text;
    }
    throw wrong(key, "a text");
  }

  List<String> texts(String key) {
    Object value = values.get(key);
    if (value == null) {
      return List.of();
    }
    if (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
      return list.stream().map(String.class::cast).toList();
    }
    throw wrong(key, "a list of texts");
  }

  boolean flag(String key, boolean usual) {
    Object value = values.get(key);
    if (value == null) {
      return usual;
    }
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw wrong(key, "true or false");
  }

  OptionalInt integer(String key, int least, int most) {
    if (values.get(key) == null) {
      return OptionalInt.empty();
    }
    double value = number(values.get(key));
    if (value % 1 == 0 && value >= least && value <= most) {
      return OptionalInt.of((int) value);
    }
    throw wrong(key, "a whole number from %d to %d".formatted(least, most));
  }

  OptionalDouble number(String key, double least, double most) {
    if (values.get(key) == null) {
      return OptionalDouble.empty();
    }
    double value = number(values.get(key));
    if (value >= least && value <= most) {
      return OptionalDouble.of(value);
    }
    throw wrong(key, "a number from %s to %s".formatted(least, most));
  }

  /** [low, high], both in least to most. */
  Optional<Range> range(String key, double least, double most) {
    Object value = values.get(key);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof List<?> bounds && bounds.size() == 2) {
      double low = number(bounds.get(0));
      double high = number(bounds.get(1));
      if (low >= least && low <= high && high <= most) {
        return Optional.of(new Range(low, high));
      }
    }
    throw wrong(key, "[low, high] with %s <= low <= high <= %s".formatted(least, most));
  }

  /** Three numbers, or one for all three channels. */
  Optional<List<Double>> channels(String key) {
    Object value = values.get(key);
    if (value == null) {
      return Optional.empty();
    }
    List<?> list = value instanceof List<?> given ? given : List.of(value, value, value);
    List<Double> numbers = list.stream().map(Arguments::number).toList();
    boolean fine = numbers.stream().allMatch(n -> Double.isFinite(n) && Math.abs(n) <= 1);
    if (numbers.size() == 3
        && fine
        && (key.equals("mean") || numbers.stream().allMatch(n -> n > 0))) {
      return Optional.of(numbers);
    }
    throw wrong(
        key,
        "[red, green, blue] of the values divided by 255, %s 1"
            .formatted(key.equals("mean") ? "-1 to" : "above 0 and at most"));
  }

  private static double number(@Nullable Object value) {
    return value instanceof Number number ? number.doubleValue() : Double.NaN;
  }
}
