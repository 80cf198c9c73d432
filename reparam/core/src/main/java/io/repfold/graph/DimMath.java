package io.repfold.graph;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Arithmetic on dimensions; whatever cannot be known is {@link Dim.Unknown}. */
final class DimMath {
  /** A longer expression helps nobody; its dimension counts as unknown. */
  private static final int LONGEST_TEXT = 400;

  private DimMath() {}

  static Optional<SizeExpression> expression(Dim dim) {
    if (dim instanceof Dim.Known known) {
      return Optional.of(SizeExpression.of(known.size()));
    }
    return dim instanceof Dim.Symbol symbol
        ? Optional.of(SizeExpression.ofSymbol(symbol.name()))
        : Optional.empty();
  }

  static Dim dim(Optional<SizeExpression> expression) {
    return expression.map(DimMath::dim).orElse(Dim.unknown());
  }

  static Dim dim(SizeExpression expression) {
    if (expression.asConstant().isPresent()) {
      long size = expression.asConstant().getAsLong();
      Check.that(size >= 0, "a dimension of the output would be %d", size);
      return Dim.of(size);
    }
    String text = expression.text();
    return text.length() > LONGEST_TEXT ? Dim.unknown() : new Dim.Symbol(text);
  }

  static Dim map(Dim dim, UnaryOperator<SizeExpression> function) {
    return dim(expression(dim).map(function));
  }

  static boolean isKnown(Dim dim, long size) {
    return dim instanceof Dim.Known known && known.size() == size;
  }

  /** Whether both are numbers and different ones. */
  static boolean contradict(Dim a, Dim b) {
    return a instanceof Dim.Known && b instanceof Dim.Known && !a.equals(b);
  }

  /** What is known of a dimension of which two things are known; a number says most. */
  static Dim merge(Dim preferred, Dim other) {
    boolean better =
        preferred instanceof Dim.Unknown
            || (preferred instanceof Dim.Symbol && other instanceof Dim.Known);
    return better ? other : preferred;
  }

  static Dim sum(List<Dim> dims) {
    Optional<SizeExpression> sum = Optional.of(SizeExpression.of(0));
    for (Dim dim : dims) {
      sum = sum.flatMap(s -> expression(dim).map(s::plus));
    }
    return dim(sum);
  }

  static Optional<SizeExpression> product(List<Dim> dims) {
    Optional<SizeExpression> product = Optional.of(SizeExpression.of(1));
    for (Dim dim : dims) {
      product = product.flatMap(p -> expression(dim).flatMap(p::times));
    }
    return product;
  }

  /**
   * The dimension to which both stretch: a number other than 1 decides, whatever the other turns
   * out to be.
   */
  static Dim broadcast(Dim a, Dim b) {
    if (a.surelyEquals(b) || isKnown(b, 1)) {
      return a;
    }
    if (isKnown(a, 1)) {
      return b;
    }
    Check.that(
        !contradict(a, b), "dimensions %s and %s do not broadcast; they must be equal or 1", a, b);
    return a instanceof Dim.Known ? a : b instanceof Dim.Known ? b : Dim.unknown();
  }

  /** Checks that one shape may stretch to another, which does not change. */
  static void checkStretches(Shape small, Shape fixed) {
    boolean fits = small.rank() <= fixed.rank();
    for (int i = 1; fits && i <= small.rank(); i++) {
      Dim own = small.dim(small.rank() - i);
      fits = isKnown(own, 1) || !contradict(own, fixed.dim(fixed.rank() - i));
    }
    Check.that(fits, "shape %s does not broadcast to %s", small, fixed);
  }

  static Shape broadcast(Shape a, Shape b) {
    int rank = Math.max(a.rank(), b.rank());
    Dim[] dims = new Dim[rank];
    for (int i = 0; i < rank; i++) {
      int x = i - rank + a.rank();
      int y = i - rank + b.rank();
      try {
        dims[i] = x < 0 ? b.dim(y) : y < 0 ? a.dim(x) : broadcast(a.dim(x), b.dim(y));
      } catch (InvalidGraphException e) {
        throw new InvalidGraphException(
            "shapes %s and %s: axis %d: %s".formatted(a, b, i, e.getMessage()));
      }
    }
    return new Shape(List.of(dims));
  }
}
