package io.repfold.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An equation such as {@code bij, bjk -> bik}, with a letter for each axis. The axes of an ellipsis
 * are digits, 0 for the last one, so that they meet from the right.
 *
 * @param terms the axes of each operand; an axis that stands twice in one is a diagonal
 * @param result the axes of the output, each once
 */
record EinsumEquation(List<String> terms, String result) {
  private static final String ELLIPSIS = "...";

  /**
   * @param ranks of the operands
   */
  static EinsumEquation of(String text, List<Integer> ranks) {
    Check.that(
        text.chars().noneMatch(Character::isDigit), "equation '%s' has digits for axes", text);
    List<String> written = written(text);
    Check.that(
        written.size() == ranks.size(),
        "equation '%s' has %d terms for %d operands",
        text,
        written.size(),
        ranks.size());
    List<String> terms = new ArrayList<>();
    int widest = 0;
    for (int i = 0; i < written.size(); i++) {
      String term = written.get(i);
      int open = ranks.get(i) - term.replace(ELLIPSIS, "").length();
      boolean fits = term.contains(ELLIPSIS) ? open >= 0 && open <= 10 : open == 0;
      Check.that(fits, "term '%s' does not fit an operand of %d axes", term, ranks.get(i));
      terms.add(spelled(term, open));
      widest = term.contains(ELLIPSIS) ? Math.max(widest, open) : widest;
    }
    String plain = plain(text);
    int arrow = plain.indexOf("->");
    String result =
        arrow < 0 ? implicit(terms, widest) : spelled(plain.substring(arrow + 2), widest);
    EinsumEquation equation = new EinsumEquation(List.copyOf(terms), result);
    equation.check(text);
    return equation;
  }

  /** The ranks that the operands of an equation without an ellipsis must have; else empty. */
  static Optional<List<Integer>> ranks(String text) {
    return text.contains(ELLIPSIS)
        ? Optional.empty()
        : Optional.of(written(text).stream().map(String::length).toList());
  }

  /** Whether a text is an equation for so many operands, whose ellipses stand for an axis. */
  static boolean isWellFormed(String text, int operands) {
    List<Integer> ranks =
        written(text).stream().map(term -> term.replace(ELLIPSIS, "0").length()).toList();
    try {
      return of(text, ranks).terms().size() == operands;
    } catch (InvalidGraphException e) {
      return false;
    }
  }

  private static String plain(String text) {
    return text.replace(" ", "");
  }

  private static List<String> written(String text) {
    String plain = plain(text);
    int arrow = plain.indexOf("->");
    return List.of((arrow < 0 ? plain : plain.substring(0, arrow)).split(",", -1));
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
    repeated(result)
        .ifPresent(
            c -> {
              throw new InvalidGraphException(
                  "equation '%s' has '%s' twice in its result".formatted(text, c));
            });
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
          !Character.isDigit(c) || term.indexOf(c) == i,
          "equation '%s' has an ellipsis twice in one term",
          text);
    }
  }

  /** The first axis that stands twice. */
  private static Optional<String> repeated(String axes) {
    return axes.chars()
        .filter(c -> axes.indexOf(c) != axes.lastIndexOf(c))
        .mapToObj(c -> String.valueOf((char) c))
        .findFirst();
  }

  /** An axis that stands twice in one term, of which the diagonal is meant. */
  Optional<String> diagonal() {
    return terms.stream().flatMap(term -> repeated(term).stream()).findFirst();
  }

  /** The axes that the operands from one on and the result have. */
  String asked(int from) {
    return String.join("", terms.subList(from, terms.size())) + result;
  }

  /** The axes that are among others, or that are not, each once. */
  static String kept(String axes, String others, boolean among) {
    return axes.chars()
        .filter(a -> (others.indexOf(a) >= 0) == among)
        .distinct()
        .mapToObj(a -> String.valueOf((char) a))
        .collect(Collectors.joining());
  }

  /**
   * What the operands are multiplied by, one after the other: the axes over which each product but
   * the first runs, without those that were summed over before.
   */
  List<String> products() {
    List<String> products = new ArrayList<>();
    String product = kept(terms.get(0), asked(1), true);
    for (int i = 1; i < terms.size(); i++) {
      String next = terms.get(i);
      product = kept(product, next + asked(i + 1), true);
      String all = kept(product + kept(next, asked(i + 1) + product, true), "", false);
      products.add(all);
      product = kept(all, asked(i + 1), true);
    }
    return products;
  }
}
