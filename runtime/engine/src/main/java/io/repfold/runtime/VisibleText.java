package io.repfold.runtime;

import java.util.function.IntPredicate;

/**
 * Text that may hold what a stranger wrote, such as the names in a model, for people to read:
 * characters that control a terminal, that turn the direction of text, or that XML cannot hold are
 * shown as <code>&#92;u001b</code>. In the strings of JSON that means the same.
 */
public final class VisibleText {
  private static final int PLANE_END = 0xFFFE;

  private VisibleText() {}

  /** Keeps tabs and line ends: for text of several lines. */
  public static String lines(String text) {
    return shown(text, c -> c == '\t' || c == '\n');
  }

  /** Shows tabs and line ends too: for a name, or what else is to stay on its line. */
  public static String line(String text) {
    return shown(text, c -> false);
  }

  private static String shown(String text, IntPredicate kept) {
    StringBuilder shown = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      boolean ends = c == '\r' && i < text.length() && text.charAt(i) == '\n';
      if (!isHidden(c) || kept.test(c) || (ends && kept.test('\n'))) {
        shown.appendCodePoint(c);
      } else {
        for (char unit : Character.toChars(c)) {
          shown.append("\\u%04x".formatted((int) unit));
        }
      }
    }
    return shown.toString();
  }

  private static boolean isHidden(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> (c & PLANE_END) == PLANE_END;
    };
  }
}
