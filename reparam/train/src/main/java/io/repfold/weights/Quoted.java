package io.repfold.weights;

/** Texts of pickles of protocol 0. */
final class Quoted {
  private static final int HEX = 16;

  private Quoted() {}

  /** A text as Python 2 prints it, in quotes. */
  static String text(String line) {
    Check.that(
        line.length() >= 2
            && line.charAt(0) == line.charAt(line.length() - 1)
            && (line.charAt(0) == '\'' || line.charAt(0) == '"'),
        "holds %s where a text in quotes is expected; it is damaged",
        line);
    String inner = line.substring(1, line.length() - 1);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < inner.length(); i++) {
      char c = inner.charAt(i);
      if (c != '\\') {
        text.append(c);
        continue;
      }
      Check.that(++i < inner.length(), "holds a text that ends in '\\'; it is damaged");
      char escaped = inner.charAt(i);
      switch (escaped) {
        case 'n' -> text.append('\n');
        case 'r' -> text.append('\r');
        case 't' -> text.append('\t');
        case 'x' -> {
          text.append(hex(inner, i + 1, 2));
          i += 2;
        }
        default -> text.append(escaped);
      }
    }
    return text.toString();
  }

  /**
   * A text in Python's raw-unicode-escape, one byte a character or {@code \}{@code u} and four
   * digits: as such, or as bytes if it is long.
   */
  static Object unescaped(String line) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < line.length(); i++) {
      boolean escape = line.startsWith("\\u", i);
      text.append(escape ? hex(line, i + 2, 4) : line.charAt(i));
      i += escape ? 5 : 0;
    }
    return text.length() > PickleInput.LONGEST_NAME
        ? Bytes.of((Object) text.toString())
        : text.toString();
  }

  private static char hex(String text, int from, int digits) {
    try {
      return (char) Integer.parseUnsignedInt(text, from, from + digits, HEX);
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      throw new WeightsException(
          "holds '%s', which ends no text; it is damaged".formatted(text), e);
    }
  }
}
