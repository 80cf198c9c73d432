package io.repfold.train;

import io.repfold.graph.Spelling;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads named arguments of a configuration. The keys that are asked for are the known ones; {@code
 * null} is a value left out.
 */
final class Settings {
  private final String where;
  private final Map<String, Object> values;
  private final Set<String> known = new LinkedHashSet<>();

  /**
   * @param where what messages begin with, such as {@code loss_args of FocalLoss}
   */
  Settings(String where, Map<String, Object> values) {
    this.where = where;
    this.values = values;
  }

  private @Nullable Object read(String key) {
    known.add(key);
    return values.get(key);
  }

  boolean has(String key) {
    return read(key) != null;
  }

  boolean flag(String key, boolean fallback) {
    Object value = read(key);
    if (value == null) {
      return fallback;
    }
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw wrong(key, "true or false", value);
  }

  /** A finite number from {@code least} to {@code most}, both allowed. */
  double number(String key, double fallback, double least, double most) {
    Object value = read(key);
    if (value == null) {
      return fallback;
    }
    if (value instanceof Number number
        && number.doubleValue() >= least
        && number.doubleValue() <= most) {
      return number.doubleValue();
    }
    String range =
        most == Double.MAX_VALUE ? "of at least " + least : "from %s to %s".formatted(least, most);
    throw wrong(key, "a number " + range, value);
  }

  /** A whole number of at least {@code least}. */
  long whole(String key, long fallback, long least) {
    Object value = read(key);
    if (value == null) {
      return fallback;
    }
    if (value instanceof Number number
        && number.doubleValue() == number.longValue()
        && number.longValue() >= least) {
      return number.longValue();
    }
    throw wrong(key, "a whole number of at least " + least, value);
  }

  String choice(String key, String fallback, List<String> words) {
    Object value = read(key);
    if (value == null) {
      return fallback;
    }
    if (value instanceof String word && words.contains(word)) {
      return word;
    }
    throw wrong(key, "one of " + String.join(", ", words), value);
  }

  /** A list of finite numbers of at least {@code least}. */
  Optional<double[]> numbers(String key, double least) {
    Object value = read(key);
    if (value == null) {
      return Optional.empty();
    }
    if (!(value instanceof List<?> list)) {
      throw wrong(key, "a list of numbers", value);
    }
    double[] numbers = new double[list.size()];
    for (int i = 0; i < numbers.length; i++) {
      if (!(list.get(i) instanceof Number number)
          || !(number.doubleValue() >= least)
          || Double.isInfinite(number.doubleValue())) {
        throw wrong(key, "numbers of at least " + least, value);
      }
      numbers[i] = number.doubleValue();
    }
    return Optional.of(numbers);
  }

  IllegalArgumentException wrong(String key, String expected, Object found) {
    return new IllegalArgumentException(
        "%s: '%s' must be %s, found %s".formatted(where, key, expected, found));
  }

  /**
   * To be called after all keys were asked for.
   *
   * @throws IllegalArgumentException if there are others
   */
  void finish() {
    for (String key : values.keySet()) {
      if (!known.contains(key)) {
        String hint = known.isEmpty() ? "; there is none" : Spelling.hint(key, known);
        throw new IllegalArgumentException("%s: there is no '%s'%s".formatted(where, key, hint));
      }
    }
  }
}
