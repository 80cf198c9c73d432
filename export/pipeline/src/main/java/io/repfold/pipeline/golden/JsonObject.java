package io.repfold.pipeline.golden;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;

/** An object of JSON whose members must be what is expected; messages name the member. */
final class JsonObject {
  private final Map<?, ?> members;

  private JsonObject(Map<?, ?> members) {
    this.members = members;
  }

  /**
   * @param what the value is, for the message
   * @throws IllegalArgumentException if it is another kind of value
   */
  static JsonObject of(Object value, String what) {
    if (value instanceof Map<?, ?> map) {
      return new JsonObject(map);
    }
    throw wrong(what, "an object", value);
  }

  private static IllegalArgumentException wrong(String what, String expected, Object found) {
    return new IllegalArgumentException("%s must be %s, not %s".formatted(what, expected, found));
  }

  void requireOnly(Set<String> known) {
    for (String name : names()) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "'%s' means nothing here; known are %s"
                .formatted(name, String.join(", ", new TreeSet<>(known))));
      }
    }
  }

  List<String> names() {
    return members.keySet().stream().map(String::valueOf).toList();
  }

  private Optional<Object> member(String name) {
    return Optional.ofNullable(members.get(name));
  }

  String text(String name) {
    return optionalText(name)
        .orElseThrow(() -> new IllegalArgumentException("it has no '%s'".formatted(name)));
  }

  Optional<String> optionalText(String name) {
    return member(name).map(value -> text(name, value));
  }

  private static String text(String name, Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw wrong("'%s'".formatted(name), "a text", value);
  }

  double number(String name) {
    return optionalNumber(name)
        .orElseThrow(() -> new IllegalArgumentException("it has no '%s'".formatted(name)));
  }

  OptionalDouble optionalNumber(String name) {
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
  boolean flag(String name) {
    Object value = member(name).orElse(false);
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw wrong("'%s'".formatted(name), "true or false", value);
  }

  Optional<JsonObject> optional(String name) {
    return member(name).map(value -> of(value, "'%s'".formatted(name)));
  }

  List<JsonObject> objects(String name) {
    List<JsonObject> objects = new ArrayList<>();
    for (Object item : items(name)) {
      objects.add(of(item, "each of '%s'".formatted(name)));
    }
    return objects;
  }

  List<String> optionalTexts(String name) {
    return items(name).stream().map(item -> text(name, item)).toList();
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
