package io.repfold.pipeline;

import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Records, maps, lists and numbers as JSON (RFC 8259) that depends on nothing but the values: what
 * goes into files whose bytes are compared, without a library in the class path of those who embed
 * this. NaN, infinities and empty Optionals are null.
 */
public final class JsonText {
  private final StringBuilder text = new StringBuilder();
  private final boolean indents;

  private JsonText(boolean indents) {
    this.indents = indents;
  }

  /** Indented by two, with a line end at the end. */
  public static String indented(Object value) {
    JsonText json = new JsonText(true);
    json.write(value, 0);
    return json.text.append('\n').toString();
  }

  /** On one line. */
  public static String compact(Object value) {
    JsonText json = new JsonText(false);
    json.write(value, 0);
    return json.text.toString();
  }

  private void write(@Nullable Object value, int depth) {
    if (value instanceof Optional<?> optional) {
      write(optional.orElse(null), depth);
    } else if (value instanceof OptionalDouble optional) {
      write(optional.isPresent() ? optional.getAsDouble() : null, depth);
    } else if (value instanceof Double number && !Double.isFinite(number)) {
      text.append("null");
    } else if (value == null || value instanceof Number || value instanceof Boolean) {
      text.append(value);
    } else if (value instanceof String || value instanceof Enum<?>) {
      string(value.toString());
    } else if (value instanceof Map<?, ?> map) {
      object(map, depth);
    } else if (value instanceof Iterable<?> items) {
      array(items.iterator(), depth);
    } else if (value.getClass().isArray()) {
      array(elements(value).iterator(), depth);
    } else if (value instanceof Record) {
      object(components(value), depth);
    } else {
      throw new IllegalArgumentException(value.getClass() + " is no record, list, map or number");
    }
  }

  private static List<Object> elements(Object array) {
    List<Object> elements = new ArrayList<>();
    for (int i = 0; i < Array.getLength(array); i++) {
      elements.add(Array.get(array, i));
    }
    return elements;
  }

  private static Map<String, @Nullable Object> components(Object value) {
    Map<String, @Nullable Object> components = new LinkedHashMap<>();
    for (RecordComponent component : value.getClass().getRecordComponents()) {
      try {
        component.getAccessor().setAccessible(true);
        components.put(component.getName(), component.getAccessor().invoke(value));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("A component of a record cannot be read", e);
      }
    }
    return components;
  }

  private void object(Map<?, ?> map, int depth) {
    text.append('{');
    String separator = "";
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      text.append(separator);
      line(depth + 1);
      string(String.valueOf(entry.getKey()));
      text.append(indents ? " : " : ":");
      write(entry.getValue(), depth + 1);
      separator = ",";
    }
    end(map.isEmpty(), depth);
    text.append('}');
  }

  private void array(Iterator<?> items, int depth) {
    text.append('[');
    boolean empty = !items.hasNext();
    while (items.hasNext()) {
      line(depth + 1);
      write(items.next(), depth + 1);
      text.append(items.hasNext() ? "," : "");
    }
    end(empty, depth);
    text.append(']');
  }

  private void end(boolean empty, int depth) {
    if (empty) {
      text.append(indents ? " " : "");
    } else {
      line(depth);
    }
  }

  private void line(int depth) {
    if (indents) {
      text.append('\n').append("  ".repeat(depth));
    }
  }

  private void string(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\b' -> text.append("\\b");
        case '\f' -> text.append("\\f");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (c < ' ') {
            text.append("\\u%04X".formatted((int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }
}
