package io.repfold.pipeline;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads JSON (RFC 8259) by the letter, without a library: what strangers may have written. Objects
 * become maps in their order, arrays lists, numbers doubles, and null {@link #NULL}.
 */
public final class JsonReader {
  /** The value null. */
  static final Object NULL =
      new Object() {
        @Override
        public String toString() {
          return "null";
        }
      };

  private static final int DEEPEST = 16;
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][-+]?\\d+)?");
  private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]{4}");

  private final String text;
  private int at;

  private JsonReader(String text) {
    this.text = text;
  }

  /**
   * The one value of a text, which may begin with a byte order mark.
   *
   * @throws IllegalArgumentException if it is not that, is nested more than {@value #DEEPEST} deep,
   *     or names a member twice; the message says where, in characters from 0
   */
  public static Object read(String text) {
    JsonReader reader = new JsonReader(text.startsWith("\ufeff") ? text.substring(1) : text);
    Object value = reader.value(0);
    reader.skipSpace();
    if (reader.at < reader.text.length()) {
      throw reader.wrong("nothing more is expected");
    }
    return value;
  }

  private Object value(int depth) {
    if (depth > DEEPEST) {
      throw wrong("it is nested more than %d deep".formatted(DEEPEST));
    }
    skipSpace();
    return switch (next()) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", NULL);
      default -> number();
    };
  }

  private Map<String, Object> object(int depth) {
    Map<String, Object> members = new LinkedHashMap<>();
    at++;
    skipSpace();
    while (next() != '}') {
      if (!members.isEmpty()) {
        take(',');
      }
      skipSpace();
      String name = string();
      skipSpace();
      take(':');
      if (members.put(name, value(depth + 1)) != null) {
        throw wrong("'%s' is there twice".formatted(name));
      }
      skipSpace();
    }
    at++;
    return members;
  }

  private List<Object> array(int depth) {
    List<Object> items = new ArrayList<>();
    at++;
    skipSpace();
    while (next() != ']') {
      if (!items.isEmpty()) {
        take(',');
      }
      items.add(value(depth + 1));
      skipSpace();
    }
    at++;
    return items;
  }

  private String string() {
    take('"');
    StringBuilder found = new StringBuilder();
    while (next() != '"') {
      char c = text.charAt(at++);
      if (c < ' ') {
        throw wrong("a text holds a control character");
      }
      found.append(c == '\\' ? escaped() : c);
    }
    at++;
    return found.toString();
  }

  private char escaped() {
    char c = next();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        Matcher hex = HEX.matcher(text).region(at, text.length());
        if (!hex.lookingAt()) {
          throw wrong("four hexadecimal digits are expected");
        }
        at = hex.end();
        yield (char) Integer.parseInt(hex.group(), 16);
      }
      default -> throw wrong("'\\%c' means nothing".formatted(c));
    };
  }

  private Object word(String word, Object value) {
    if (!text.startsWith(word, at)) {
      throw wrong("a value is expected");
    }
    at += word.length();
    return value;
  }

  private Object number() {
    Matcher number = NUMBER.matcher(text).region(at, text.length());
    if (!number.lookingAt()) {
      throw wrong("a value is expected");
    }
    at = number.end();
    return Double.valueOf(number.group());
  }

  private void take(char expected) {
    if (next() != expected) {
      throw wrong("'%c' is expected".formatted(expected));
    }
    at++;
  }

  private char next() {
    if (at >= text.length()) {
      throw wrong("it ends too early");
    }
    return text.charAt(at);
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException("it is no JSON at character %d: %s".formatted(at, what));
  }
}
