package io.repfold.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An equation such as {@code bij, bjk -> bik}, with a letter for each axis. The axes of an ellipsis
 * are digits, 0 for the last one, so that they meet from the right.
 *
 * @param terms the axes of each operand
 * @param result the axes of the output
 */
record EinsumEquation(List<String> terms, String result) {
  private static final String ELLIPSIS = "...";

  /**
   * @param ranks of the operands
   */
  static EinsumEquation of(String text, List<Integer> ranks) {
    String plain = text.replace(" ", "");
    Check.that(
        plain.chars().noneMatch(Character::isDigit), "equation '%s' has digits for axes", text);
    int arrow = plain.indexOf("->");
    String left = arrow < 0 ? plain : plain.substring(0, arrow);
    String[] written = left.split(",", -1);
    Check.that(
        written.length == ranks.size(),
        "equation '%s' has %d terms for %d operands",
        text,
        written.length,
        ranks.size());
    List<String> terms = new ArrayList<>();
    int widest = 0;
    for (int i = 0; i < written.length; i++) {
      int open = ranks.get(i) - written[i].replace(ELLIPSIS, "").length();
      boolean fits = written[i].contains(ELLIPSIS) ? open >= 0 && open <= 10 : open == 0;
      Check.that(fits, "term '%s' does not fit an operand of %d axes", written[i], ranks.get(i));
      terms.add(spelled(written[i], open));
      widest = written[i].contains(ELLIPSIS) ? Math.max(widest, open) : widest;
    }
    String result =
        arrow < 0 ? implicit(terms, widest) : spelled(plain.substring(arrow + 2), widest);
    EinsumEquation equation = new EinsumEquation(List.copyOf(terms), result);
    equation.check(text);
    return equation;
  }

  private static String spelled(String term, int ellipsis) {
    return term.replace(ELLIPSIS, digits(ellipsis));
  }

  private static String digits(int count) {
    return new StringBuilder("0123456789".substring(0, count)).reverse().toString();
  }

  /** The ellipsis, then the letters that stand once, in the order of the alphabet. */
  private static String implicit(List<String> terms, int ellipsis) {
    String all = String.join("", terms);
    return digits(ellipsis)
        + all.chars()
            .filter(c -> Character.isLetter(c) && all.indexOf(c) == all.lastIndexOf(c))
            .sorted()
            .mapToObj(c -> String.valueOf((char) c))
            .collect(Collectors.joining());
  }

  private void check(String text) {
    terms.forEach(term -> checkAxes(text, term));
    checkAxes(text, result);
    String known = String.join("", terms);
    result
        .chars()
        .forEach(
            c ->
                Check.that(
                    known.indexOf(c) >= 0, "equation '%s' has '%c' in no term", text, (char) c));
    known
        .chars()
        .forEach(
            c ->
                Check.that(
                    Character.isLetter(c) || result.indexOf(c) >= 0,
                    "equation '%s' sums over an ellipsis, which has no meaning here",
                    text));
  }

  private static void checkAxes(String text, String term) {
    for (int i = 0; i < term.length(); i++) {
      char c = term.charAt(i);
      boolean axis = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      Check.that(axis, "equation '%s' holds '%c'", text, c);
      Check.that(
          term.indexOf(c) == i,
          "equation '%s' has '%c' twice in one term; diagonals have no meaning here",
          text,
          c);
    }
  }
}
