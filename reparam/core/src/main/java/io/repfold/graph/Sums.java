package io.repfold.graph;

/** How a running sum is kept: each addition gives the nearest number of one type. */
final class Sums {
  /** In double. */
  static final Sums EXACT = new Sums(ElementType.DOUBLE);

  private final ElementType type;
  private final boolean exact;

  private Sums(ElementType type) {
    this.type = type;
    this.exact = type == ElementType.DOUBLE;
  }

  static Sums of(ElementType type) {
    return type == ElementType.DOUBLE ? EXACT : new Sums(type);
  }

  /** Whether {@link #add} is plain addition, which inner loops need not call for. */
  boolean isExact() {
    return exact;
  }

  double add(double sum, double value) {
    return exact ? sum + value : Rounding.rounded(sum + value, type);
  }
}
