package io.repfold.check;

import java.util.List;

/** The outcome of a comparison. */
public sealed interface Verdict {
  /**
   * Within tolerance.
   *
   * @param notes what a reader should know all the same, for example that both sides hold NaN
   */
  record Equivalent(List<String> notes) implements Verdict {
    public Equivalent {
      notes = List.copyOf(notes);
    }
  }

  /**
   * Not within tolerance, or not comparable.
   *
   * @param reasons at least one, each a sentence
   */
  record Different(List<String> reasons) implements Verdict {
    public Different {
      reasons = List.copyOf(reasons);
    }
  }

  /** True for {@link Equivalent}. */
  default boolean isEquivalent() {
    return this instanceof Equivalent;
  }
}
