package io.repfold.config;

import java.math.BigDecimal;

/**
 * Which numbers an argument takes.
 *
 * @param least the smallest
 * @param most the largest, or with {@code open} the first that is too large
 * @param open whether {@code most} itself is too large
 */
public record Bounds(double least, double most, boolean open) {
  /** Without an upper end. */
  public static Bounds atLeast(double least) {
    return new Bounds(least, Double.MAX_VALUE, false);
  }

  /** Both ends are taken. */
  public static Bounds between(double least, double most) {
    return new Bounds(least, most, false);
  }

  /** The upper end is not taken. */
  public static Bounds below(double least, double end) {
    return new Bounds(least, end, true);
  }

  /** Whether a number is taken; NaN never is. */
  public boolean contain(double value) {
    return value >= least && (open ? value < most : value <= most);
  }

  /** For example {@code from 0 to 1}. */
  @Override
  public String toString() {
    return most == Double.MAX_VALUE
        ? "of at least " + text(least)
        : "from %s to %s%s".formatted(text(least), open ? "below " : "", text(most));
  }

  /** 0.5 or 1 or 65536: whole numbers have no fraction. */
  private static String text(double value) {
    return value % 1 == 0 ? new BigDecimal(value).toPlainString() : Double.toString(value);
  }
}
