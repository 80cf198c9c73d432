package io.repfold.graph;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A sum of integer multiples of sizes, in a normal form: equal computations give equal {@linkplain
 * #text texts}.
 *
 * <p>What is multiplied is a {@linkplain Name name}, a {@linkplain Quotient division rounded down},
 * or a {@linkplain Product product} of these. Immutable. Overflow throws {@link
 * ArithmeticException}.
 */
final class SizeExpression {
  /** Beyond this many terms a product is not worth having. */
  private static final int MOST_TERMS = 32;

  /** What a term multiplies; never negative. */
  sealed interface Atom {
    String text();
  }

  record Name(String text) implements Atom {}

  record Quotient(SizeExpression numerator, long divisor) implements Atom {
    @Override
    public String text() {
      boolean plain = numerator.terms.size() == 1 && numerator.constant == 0;
      boolean bare = plain && numerator.terms.values().iterator().next().isBare();
      return (bare ? "floor(%s/%d)" : "floor((%s)/%d)").formatted(numerator.text(), divisor);
    }
  }

  /** At least two factors, none a product, sorted by text. */
  record Product(List<Atom> factors) implements Atom {
    @Override
    public String text() {
      return factors.stream().map(SizeExpression::quoted).collect(Collectors.joining("*"));
    }
  }

  private record Term(Atom atom, long factor) {
    boolean isBare() {
      return factor == 1 && !(atom instanceof Product);
    }
  }

  private final SortedMap<String, Term> terms;
  private final long constant;

  private SizeExpression(SortedMap<String, Term> terms, long constant) {
    this.terms = terms;
    this.constant = constant;
  }

  static SizeExpression of(long constant) {
    return new SizeExpression(new TreeMap<>(), constant);
  }

  /** The expression that a symbol spells, or the symbol as a name if it is in no normal form. */
  static SizeExpression ofSymbol(String symbol) {
    return SizeExpressionParser.parse(symbol)
        .filter(parsed -> parsed.text().equals(symbol))
        .orElseGet(() -> of(new Name(symbol)));
  }

  static SizeExpression of(Atom atom) {
    return term(atom, 1);
  }

  private static SizeExpression term(Atom atom, long factor) {
    SortedMap<String, Term> terms = new TreeMap<>();
    if (factor != 0) {
      terms.put(atom.text(), new Term(atom, factor));
    }
    return new SizeExpression(terms, 0);
  }

  OptionalLong asConstant() {
    return terms.isEmpty() ? OptionalLong.of(constant) : OptionalLong.empty();
  }

  SizeExpression plus(long added) {
    return new SizeExpression(terms, Math.addExact(constant, added));
  }

  SizeExpression plus(SizeExpression other) {
    SortedMap<String, Term> sum = new TreeMap<>(terms);
    for (Map.Entry<String, Term> entry : other.terms.entrySet()) {
      Term own = sum.remove(entry.getKey());
      long factor = Math.addExact(entry.getValue().factor, own == null ? 0 : own.factor);
      if (factor != 0) {
        sum.put(entry.getKey(), new Term(entry.getValue().atom, factor));
      }
    }
    return new SizeExpression(sum, Math.addExact(constant, other.constant));
  }

  SizeExpression minus(SizeExpression other) {
    return plus(other.times(-1));
  }

  SizeExpression times(long factor) {
    SizeExpression product = of(Math.multiplyExact(constant, factor));
    for (Term term : terms.values()) {
      product = product.plus(term(term.atom, Math.multiplyExact(term.factor, factor)));
    }
    return product;
  }

  /** The product multiplied out; empty if it has too many terms. */
  Optional<SizeExpression> times(SizeExpression other) {
    if ((terms.size() + 1) * (other.terms.size() + 1) > MOST_TERMS) {
      return Optional.empty();
    }
    SizeExpression product = times(other.constant).plus(other.times(constant));
    product = product.plus(-Math.multiplyExact(constant, other.constant));
    for (Term a : terms.values()) {
      for (Term b : other.terms.values()) {
        Atom both = multiplied(a.atom, b.atom);
        product = product.plus(term(both, Math.multiplyExact(a.factor, b.factor)));
      }
    }
    return Optional.of(product);
  }

  private static Atom multiplied(Atom a, Atom b) {
    List<Atom> factors = new ArrayList<>();
    for (Atom atom : List.of(a, b)) {
      if (atom instanceof Product product) {
        factors.addAll(product.factors);
      } else {
        factors.add(atom);
      }
    }
    factors.sort(Comparator.comparing(Atom::text));
    return new Product(List.copyOf(factors));
  }

  /**
   * The quotient rounded down. Whole multiples come out of the division and the rest is reduced;
   * two divisions in a row become one.
   *
   * @param divisor at least 1
   */
  SizeExpression dividedBy(long divisor) {
    SizeExpression whole = of(Math.floorDiv(constant, divisor));
    SizeExpression rest = of(Math.floorMod(constant, divisor));
    long common = divisor;
    for (Term term : terms.values()) {
      long remainder = Math.floorMod(term.factor, divisor);
      whole = whole.plus(term(term.atom, Math.floorDiv(term.factor, divisor)));
      rest = rest.plus(term(term.atom, remainder));
      common = gcd(common, remainder);
    }
    if (rest.terms.isEmpty()) {
      return whole;
    }
    return whole.plus(rest.reduced(common).fraction(divisor / common));
  }

  /** Divided by a number that divides every factor; the constant is rounded down. */
  private SizeExpression reduced(long common) {
    SizeExpression reduced = of(Math.floorDiv(constant, common));
    for (Term term : terms.values()) {
      reduced = reduced.plus(term(term.atom, term.factor / common));
    }
    return reduced;
  }

  private SizeExpression fraction(long divisor) {
    Term only = terms.values().iterator().next();
    if (terms.size() == 1 && only.factor == 1 && only.atom instanceof Quotient inner) {
      // floor((floor(n / m) + c) / d) = floor((n + c m) / (m d))
      return inner
          .numerator
          .plus(Math.multiplyExact(constant, inner.divisor))
          .dividedBy(Math.multiplyExact(inner.divisor, divisor));
    }
    return of(new Quotient(this, divisor));
  }

  private static long gcd(long a, long b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  /** Whether it is 0 or more whatever the sizes are. */
  boolean isSurelyNonNegative() {
    return constant >= 0 && terms.values().stream().allMatch(t -> t.factor > 0);
  }

  /** Whether it is 1 or more if every name of an input's size is. */
  boolean isSurelyPositive() {
    return least() >= 1;
  }

  /** A number that it is never below; far below 0 if there is none. */
  private long least() {
    if (terms.values().stream().anyMatch(t -> t.factor < 0)) {
      return Integer.MIN_VALUE;
    }
    long least = constant;
    for (Term term : terms.values()) {
      least = Math.addExact(least, Math.multiplyExact(term.factor, least(term.atom)));
    }
    return least;
  }

  private static long least(Atom atom) {
    if (atom instanceof Quotient quotient) {
      return Math.max(0, Math.floorDiv(quotient.numerator.least(), quotient.divisor));
    }
    if (atom instanceof Product product) {
      return product.factors.stream()
          .mapToLong(SizeExpression::least)
          .reduce(1, Math::multiplyExact);
    }
    // One of a value that nothing is known of may be 0: its name has its place behind it.
    return atom.text().contains("[") ? 0 : 1;
  }

  /** The normal form in words: positive terms first, sorted, the constant last. */
  String text() {
    StringBuilder text = new StringBuilder();
    boolean alone = terms.size() == 1 && constant == 0;
    for (int sign : new int[] {1, -1}) {
      for (Term term : terms.values()) {
        if (Long.signum(term.factor) == sign) {
          text.append(sign < 0 ? "-" : text.isEmpty() ? "" : "+");
          text.append(Math.abs(term.factor) == 1 ? "" : Math.abs(term.factor) + "*");
          text.append(alone && term.factor == 1 ? term.atom.text() : quoted(term.atom));
        }
      }
    }
    if (constant != 0 || text.isEmpty()) {
      text.append(constant > 0 && !text.isEmpty() ? "+" : "").append(constant);
    }
    return text.toString();
  }

  /** Names that could be mistaken for expressions stand in quotes within larger ones. */
  private static String quoted(Atom atom) {
    boolean safe = !(atom instanceof Name) || SizeExpressionParser.isName(atom.text());
    return safe ? atom.text() : "'" + atom.text() + "'";
  }

  @Override
  public String toString() {
    return text();
  }
}
