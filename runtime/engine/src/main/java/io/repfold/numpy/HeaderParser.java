package io.repfold.numpy;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the dictionary of a header, {@code {'descr': '<f4', 'fortran_order': False, 'shape': (2,
 * 3)}}: these three keys, once each, in any order. It is text to be parsed, never Python to be
 * evaluated.
 */
final class HeaderParser {
  private final String source;
  private final String text;
  private int at;

  private @Nullable String dataType;
  private @Nullable Boolean fortranOrder;
  private @Nullable List<Long> sizes;

  private HeaderParser(String source, String text) {
    this.source = source;
    this.text = text;
  }

  static HeaderParser parse(String source, String text) throws NumpyFormatException {
    HeaderParser parser = new HeaderParser(source, text);
    parser.dictionary();
    if (parser.dataType == null || parser.fortranOrder == null || parser.sizes == null) {
      throw parser.malformed("it needs 'descr', 'fortran_order' and 'shape'");
    }
    return parser;
  }

  String dataType() {
    return Objects.requireNonNull(dataType);
  }

  boolean fortranOrder() {
    return Objects.requireNonNull(fortranOrder);
  }

  List<Long> sizes() {
    return Objects.requireNonNull(sizes);
  }

  private void dictionary() throws NumpyFormatException {
    expect('{');
    while (!accept('}')) {
      String key = string();
      expect(':');
      value(key);
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skipSpace();
    if (at < text.length()) {
      throw malformed("there is more after '}'");
    }
  }

  private void value(String key) throws NumpyFormatException {
    switch (key) {
      case "descr" -> {
        refuseSecond(key, dataType);
        if (peek() == '[') {
          throw new NumpyFormatException(
              source, "it is a structured array; save one array of plain numbers for each field");
        }
        dataType = string();
      }
      case "fortran_order" -> {
        refuseSecond(key, fortranOrder);
        fortranOrder = bool();
      }
      case "shape" -> {
        refuseSecond(key, sizes);
        sizes = tuple();
      }
      default -> throw malformed("'%s' is no key of it".formatted(key));
    }
  }

  private void refuseSecond(String key, @Nullable Object earlier) throws NumpyFormatException {
    if (earlier != null) {
      throw malformed("'%s' is there twice".formatted(key));
    }
  }

  private String string() throws NumpyFormatException {
    char quote = peek();
    if (quote != '\'' && quote != '"') {
      throw malformed("a quoted text was expected");
    }
    int end = text.indexOf(quote, at + 1);
    if (end < 0) {
      throw malformed("a quote is not closed");
    }
    String found = text.substring(at + 1, end);
    at = end + 1;
    return found;
  }

  private boolean bool() throws NumpyFormatException {
    skipSpace();
    for (boolean value : new boolean[] {true, false}) {
      String word = value ? "True" : "False";
      if (text.startsWith(word, at)) {
        at += word.length();
        return value;
      }
    }
    throw malformed("True or False was expected");
  }

  private List<Long> tuple() throws NumpyFormatException {
    List<Long> found = new ArrayList<>();
    expect('(');
    while (!accept(')')) {
      found.add(integer());
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return found;
  }

  /** Python 2 wrote an L behind long numbers. */
  private long integer() throws NumpyFormatException {
    skipSpace();
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    if (at == start || at - start > 18) {
      at = start;
      throw malformed("a size from 0 to 10^18 was expected");
    }
    long size = Long.parseLong(text, start, at, 10);
    accept('L');
    return size;
  }

  private void expect(char wanted) throws NumpyFormatException {
    if (!accept(wanted)) {
      throw malformed("'%c' was expected".formatted(wanted));
    }
  }

  private boolean accept(char wanted) {
    boolean found = peek() == wanted;
    at += found ? 1 : 0;
    return found;
  }

  private char peek() {
    skipSpace();
    return at < text.length() ? text.charAt(at) : '\0';
  }

  private void skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private NumpyFormatException malformed(String problem) {
    return new NumpyFormatException(
        source, "its header is malformed at character %d: %s".formatted(at, problem));
  }
}
