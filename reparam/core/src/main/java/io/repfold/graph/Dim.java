package io.repfold.graph;

import org.jspecify.annotations.Nullable;

/**
 * One dimension of a shape: a number, a symbol that stands for the same number wherever it occurs,
 * or unknown.
 *
 * <p>Here and in the other records that each run compares, {@code equals} is written out: what
 * records have by themselves, the virtual machine writes when it is first asked for, at each start.
 */
public sealed interface Dim {
  record Known(long size) implements Dim {
    public Known {
      Check.that(size >= 0, "Dimension %d is negative", size);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Known known && size == known.size;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(size);
    }

    @Override
    public String toString() {
      return Long.toString(size);
    }
  }

  /**
   * A name such as {@code H}, or a canonical expression of names such as {@code floor((H-1)/2)+1}.
   */
  record Symbol(String name) implements Dim {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Symbol symbol && name.equals(symbol.name);
    }

    @Override
    public int hashCode() {
      return name.hashCode();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** Nothing is known, not even that it equals another unknown. */
  record Unknown() implements Dim {
    @Override
    public String toString() {
      return "?";
    }
  }

  static Dim of(long size) {
    return new Known(size);
  }

  static Dim unknown() {
    return new Unknown();
  }

  /** Whether it is at least 1 if the sizes of the graph's inputs are. */
  default boolean isSurelyPositive() {
    return DimMath.expression(this).filter(SizeExpression::isSurelyPositive).isPresent();
  }

  /** Whether both are surely the same number. */
  default boolean surelyEquals(Dim other) {
    return !(this instanceof Unknown) && equals(other);
  }
}
