package io.repfold.config;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import io.repfold.graph.Spelling;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads named arguments, as a JSON object holds them. The names that are asked for are the known
 * ones; {@code null} is a value left out. What is wrong is an {@link IllegalArgumentException} that
 * says where, which argument, what it must be and what was found.
 */
public final class NamedArguments {
  private static final int MOST_NUMBERS = 1000;

  private static final int LONGEST = 60;

  private final String where;
  private final String prefix;
  private final Map<String, Object> values = new LinkedHashMap<>();
  private final Set<String> known = new LinkedHashSet<>();

  /**
   * @param where what messages begin with, such as {@code loss_args of FocalLoss}
   */
  public NamedArguments(String where, Map<String, ?> values) {
    this(where, "", values);
  }

  private NamedArguments(String where, String prefix, Map<?, ?> values) {
    this.where = where;
    this.prefix = prefix;
    values.forEach((name, value) -> this.values.put(String.valueOf(name), value));
  }

  /** The entries of an argument that is an object; messages call them {@code name.entry}. */
  public NamedArguments inner(String name, Map<?, ?> entries) {
    return new NamedArguments(where, prefix + name + ".", entries);
  }

  /** The names that are given. */
  public Set<String> names() {
    return values.keySet();
  }

  /** The names that were asked for, in their order. */
  public List<String> known() {
    return List.copyOf(known);
  }

  /** A value of any type; null if it is left out. */
  public @Nullable Object value(String name) {
    known.add(name);
    return values.get(name);
  }

  public boolean flag(String name, boolean fallback) {
    Object value = value(name);
    if (value == null) {
      return fallback;
    }
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw wrong(name, "true or false");
  }

  /** A text, which may not be left out. */
  public String text(String name) {
    Object value = value(name);
    if (value == null) {
      throw missing(name, "a text");
    }
    if (value instanceof String text && !text.isBlank() && text.indexOf('\0') < 0) {
      return text;
    }
    throw wrong(name, "a text");
  }

  public Optional<List<String>> texts(String name) {
    Object value = value(name);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
      return Optional.of(list.stream().map(String.class::cast).toList());
    }
    throw wrong(name, "a list of texts");
  }

  /** One of several words. */
  public String choice(String name, String fallback, List<String> words) {
    Object value = value(name);
    if (value == null) {
      return fallback;
    }
    if (value instanceof String word && words.contains(word)) {
      return word;
    }
    Optional<String> near =
        value instanceof String word ? Spelling.near(word, words) : Optional.empty();
    throw error(
        name,
        "must be one of %s, found %s%s",
        String.join(", ", words),
        shown(value),
        near.map("; did you mean '%s'?"::formatted).orElse(""));
  }

  public OptionalDouble number(String name, Bounds bounds) {
    Object value = value(name);
    if (value == null) {
      return OptionalDouble.empty();
    }
    if (value instanceof Number number && bounds.contain(number.doubleValue())) {
      return OptionalDouble.of(number.doubleValue());
    }
    throw wrong(name, "a number " + bounds);
  }

  public Optional<double[]> numbers(String name, Bounds bounds) {
    Object value = value(name);
    if (value == null) {
      return Optional.empty();
    }
    String expected = "a list of numbers " + bounds;
    if (!(value instanceof List<?> list)) {
      throw wrong(name, expected);
    }
    double[] numbers = new double[list.size()];
    for (int i = 0; i < numbers.length; i++) {
      if (!(list.get(i) instanceof Number number) || !bounds.contain(number.doubleValue())) {
        throw wrong(name, expected);
      }
      numbers[i] = number.doubleValue();
    }
    return Optional.of(numbers);
  }

  public OptionalLong whole(String name, Bounds bounds) {
    Object value = value(name);
    if (value == null) {
      return OptionalLong.empty();
    }
    if (value instanceof Number number
        && number.doubleValue() == number.longValue()
        && bounds.contain(number.doubleValue())) {
      return OptionalLong.of(number.longValue());
    }
    throw wrong(name, "a whole number " + bounds);
  }

  public OptionalInt integer(String name, Bounds bounds) {
    Object value = value(name);
    if (value == null) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(
        asInteger(value, bounds).orElseThrow(() -> wrong(name, "a whole number " + bounds)));
  }

  public Optional<List<Integer>> integers(String name, Bounds bounds) {
    Object value = value(name);
    if (value == null) {
      return Optional.empty();
    }
    String expected = "a list of whole numbers " + bounds;
    if (!(value instanceof List<?> list)) {
      throw wrong(name, expected);
    }
    if (list.size() > MOST_NUMBERS) {
      throw error(
          name, "must be a list of at most %d numbers, found %d", MOST_NUMBERS, list.size());
    }
    return Optional.of(
        list.stream()
            .map(element -> asInteger(element, bounds).orElseThrow(() -> wrong(name, expected)))
            .toList());
  }

  private static Optional<Integer> asInteger(@Nullable Object value, Bounds bounds) {
    return value instanceof Number number
            && number.doubleValue() == number.intValue()
            && bounds.contain(number.doubleValue())
        ? Optional.of(number.intValue())
        : Optional.empty();
  }

  /** To be thrown where the value that is given does not fit. */
  public IllegalArgumentException wrong(String name, String expected) {
    return error(name, "must be %s, found %s", expected, shown(values.get(name)));
  }

  /** The same where what is found is another number, such as a default or a count. */
  public IllegalArgumentException wrong(String name, String expected, Number found) {
    return error(name, "must be %s, found %s", expected, shown(found));
  }

  /** To be thrown where a value is left out and may not be. */
  public IllegalArgumentException missing(String name, String expected) {
    return error(name, "is missing; it must be %s", expected);
  }

  @FormatMethod
  private IllegalArgumentException error(
      String name, @FormatString String message, Object... arguments) {
    return new IllegalArgumentException(
        "%s: '%s' %s".formatted(where, prefix + name, message.formatted(arguments)));
  }

  private static String shown(@Nullable Object value) {
    String text = value instanceof String ? "\"" + value + "\"" : String.valueOf(value);
    return text.length() > LONGEST ? text.substring(0, LONGEST - 3) + "..." : text;
  }

  /**
   * To be called after all names were asked for.
   *
   * @throws IllegalArgumentException if there are others
   */
  public void finish() {
    requireKnown(known);
  }

  /**
   * Looks at the names before the values.
   *
   * @throws IllegalArgumentException if there are others than these
   */
  public void requireKnown(Collection<String> allowed) {
    for (String name : values.keySet()) {
      if (!allowed.contains(name)) {
        throw unknown(where, prefix + name, allowed.stream().map(prefix::concat).toList());
      }
    }
  }

  /** An unknown word, with what was meant, or with what there is. */
  public static IllegalArgumentException unknown(
      String where, String word, Collection<String> known) {
    String hint = known.isEmpty() ? "; there is none" : Spelling.hint(word, known);
    return new IllegalArgumentException("%s: there is no '%s'%s".formatted(where, word, hint));
  }
}
