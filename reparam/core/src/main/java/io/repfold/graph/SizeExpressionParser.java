package io.repfold.graph;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what {@link SizeExpression#text} writes, as it comes back in the symbols of a file. */
final class SizeExpressionParser {
  private static final int LONGEST = 2000;
  private static final int DEEPEST = 50;
  private static final Pattern NAME =
      Pattern.compile("(?!floor\\b)[A-Za-z_][A-Za-z0-9_.]*(\\[[0-9]+])?|'[^']+'");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

  private final String text;
  private int at;
  private int depth;

  private SizeExpressionParser(String text) {
    this.text = text;
  }

  /** Empty if the text is no such expression. */
  static Optional<SizeExpression> parse(String text) {
    if (text.length() > LONGEST) {
      return Optional.empty();
    }
    SizeExpressionParser parser = new SizeExpressionParser(text);
    try {
      return parser.sum().filter(parsed -> parser.at == text.length());
    } catch (ArithmeticException e) {
      return Optional.empty();
    }
  }

  /** Whether the text is a name that can stand in an expression as it is. */
  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  private Optional<SizeExpression> sum() {
    SizeExpression sum = SizeExpression.of(0);
    boolean first = true;
    while (first || text.startsWith("+", at) || text.startsWith("-", at)) {
      boolean negative = take("-");
      if (!negative && !first && !take("+")) {
        return Optional.empty();
      }
      Optional<SizeExpression> term = product();
      if (term.isEmpty()) {
        return term;
      }
      sum = sum.plus(term.get().times(negative ? -1 : 1));
      first = false;
    }
    return Optional.of(sum);
  }

  private Optional<SizeExpression> product() {
    Optional<SizeExpression> product = factor();
    while (product.isPresent() && take("*")) {
      SizeExpression left = product.get();
      product = factor().flatMap(left::times);
    }
    return product;
  }

  private Optional<SizeExpression> factor() {
    Optional<String> number = match(NUMBER);
    if (number.isPresent()) {
      return Optional.of(SizeExpression.of(Long.parseLong(number.get())));
    }
    if (take("floor(")) {
      return quotient();
    }
    return match(NAME).map(name -> SizeExpression.of(new SizeExpression.Name(name)));
  }

  private Optional<SizeExpression> quotient() {
    if (++depth > DEEPEST) {
      return Optional.empty();
    }
    boolean bracketed = take("(");
    Optional<SizeExpression> numerator = bracketed ? sum() : factor();
    if (numerator.isEmpty() || (bracketed && !take(")")) || !take("/")) {
      return Optional.empty();
    }
    Optional<Long> divisor = match(NUMBER).map(Long::parseLong).filter(d -> d > 0);
    depth--;
    return take(")") ? divisor.map(numerator.get()::dividedBy) : Optional.empty();
  }

  private Optional<String> match(Pattern pattern) {
    Matcher matcher = pattern.matcher(text).region(at, text.length());
    if (!matcher.lookingAt()) {
      return Optional.empty();
    }
    at = matcher.end();
    return Optional.of(matcher.group());
  }

  private boolean take(String token) {
    boolean here = text.startsWith(token, at);
    at += here ? token.length() : 0;
    return here;
  }
}
