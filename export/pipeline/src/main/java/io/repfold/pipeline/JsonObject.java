package io.repfold.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;

/** An object of JSON whose members must be what is expected; messages name the member. */
public final class JsonObject {
  private final Map<?, ?> members;

  private JsonObject(Map<?, ?> members) {
    this.members = members;
  }

  /**
   * @param what the value is, for the message
   * @throws IllegalArgumentException if it is another kind of value
   */
  public static JsonObject of(Object value, String what) {
    if (value instanceof Map<?, ?> map) {
      return new JsonObject(map);
    }
    throw wrong(what, "an object", value);
  }

  private static IllegalArgumentException wrong(String what, String expected, Object found) {
    return new IllegalArgumentException("%s must be %s, not %s".formatted(what, expected, found));
  }

  public void requireOnly(Set<String> known) {
    for (String name : names()) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "'%s' means nothing here; known are %s"
                .formatted(name, String.join(", ", new TreeSet<>(known))));
      }
    }
  }

  public List<String> names() {
    return members.keySet().stream().map(String::valueOf).toList();
  }

  private Optional<Object> member(String name) {
    return Optional.ofNullable(members.get(name));
  }

  public String text(String name) {
    return optionalText(name)
        .orElseThrow(() -> new IllegalArgumentException("it has no '%s'".formatted(name)));
  }

  public Optional<String> optionalText(String name) {
    return member(name).map(value -> text(name, value));
  }

  private static String text(String name, Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw wrong("'%s'".formatted(name), "a text", value);
  }

  public double number(String name) {
    return optionalNumber(name)
        .orElseThrow(() -> new IllegalArgumentException("it has no '%s'".formatted(name)));
  }

  public OptionalDouble optionalNumber(String name) {
    Optional<Object> value = member(name);
    if (value.isEmpty()) {
      return OptionalDouble.empty();
    }
    if (value.get() instanceof Double number && Double.isFinite(number)) {
      return OptionalDouble.of(number);
    }
    throw wrong("'%s'".formatted(name), "a number of double precision", value.get());
  }

  /** False if it is not there. */
  public boolean flag(String name) {
    Object value = member(name).orElse(false);
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw wrong("'%s'".formatted(name), "true or false", value);
  }

  public Optional<JsonObject> optional(String name) {
    return member(name).map(value -> of(value, "'%s'".formatted(name)));
  }

  public List<JsonObject> objects(String name) {
    List<JsonObject> objects = new ArrayList<>();
    for (Object item : items(name)) {
      objects.add(of(item, "each of '%s'".formatted(name)));
    }
    return objects;
  }

  public List<String> optionalTexts(String name) {
    return items(name).stream().map(item -> text(name, item)).toList();
  }

  /**
   * A list of integers.
   *
   * @throws IllegalArgumentException if it holds anything else
   */
  public long[] integers(String name) {
    return items(name).stream().mapToLong(item -> integer(name, item)).toArray();
  }

  private static long integer(String name, Object value) {
    if (value instanceof Double number && number == Math.rint(number)) {
      return number.longValue();
    }
    throw wrong("each of '%s'".formatted(name), "an integer", value);
  }

  /** None if it is not there. */
  private List<?> items(String name) {
    Object value = member(name).orElse(List.of());
    if (value instanceof List<?> list) {
      return list;
    }
    throw wrong("'%s'".formatted(name), "a list", value);
  }
}
