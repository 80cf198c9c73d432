package io.repfold.graph;

import java.util.Map;

/** Computes what a symbol spells, by other means than {@link SizeExpression}. */
final class TextValue {
  private final String text;
  private final Map<String, Long> sizes;
  private int at;

  private TextValue(String text, Map<String, Long> sizes) {
    this.text = text;
    this.sizes = sizes;
  }

  static long of(String text, Map<String, Long> sizes) {
    TextValue value = new TextValue(text, sizes);
    long result = value.sum();
    if (value.at != text.length()) {
      throw new IllegalArgumentException("'%s' stops making sense at %d".formatted(text, value.at));
    }
    return result;
  }

  private long sum() {
    long sum = take("-") ? -product() : product();
    while (text.startsWith("+", at) || text.startsWith("-", at)) {
      sum += take("-") ? -product() : product();
    }
    return sum;
  }

  private long product() {
    take("+");
    long product = factor();
    while (take("*")) {
      product *= factor();
    }
    return product;
  }

  private long factor() {
    if (take("floor(")) {
      long numerator = factorOrBracket();
      take("/");
      long divisor = factor();
      take(")");
      return Math.floorDiv(numerator, divisor);
    }
    int start = at;
    while (at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
      at++;
    }
    String word = text.substring(start, at);
    return Character.isDigit(word.charAt(0)) ? Long.parseLong(word) : sizes.get(word);
  }

  private long factorOrBracket() {
    if (!take("(")) {
      return factor();
    }
    long sum = sum();
    take(")");
    return sum;
  }

  private boolean take(String token) {
    boolean here = text.startsWith(token, at);
    at += here ? token.length() : 0;
    return here;
  }
}
