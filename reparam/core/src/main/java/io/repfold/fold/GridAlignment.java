package io.repfold.fold;

import io.repfold.graph.Dim;
import io.repfold.graph.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Gives terms of one source the same grid where theirs differ in general, but not at the size that
 * the source has: with stride 2 and {@code auto_pad}, a 3x3 kernel beside a 1x1 kernel.
 */
final class GridAlignment {
  private GridAlignment() {}

  static List<Term> of(List<Term> terms, Facts facts) {
    List<Term> aligned = new ArrayList<>(terms);
    for (int i = 0; i < aligned.size(); i++) {
      for (int j = 0; j < aligned.size(); j++) {
        Term term = aligned.get(i);
        Term other = aligned.get(j);
        if (i != j && term.source().equals(other.source()) && term.map().rank() > 0) {
          aligned.set(i, aligned(term, other, facts));
        }
      }
    }
    return aligned;
  }

  /** The term with the smaller tail of both, which asks for less padding. */
  private static Term aligned(Term term, Term other, Facts facts) {
    Affine a = term.map();
    Affine b = other.map();
    if (a.sameGridAs(b)
        || a.rank() != b.rank()
        || a.openPadding().isPresent()
        || b.openPadding().isPresent()
        || a.weights().in() != b.weights().in()
        || !Arrays.equals(a.stride(), b.stride())) {
      return term;
    }
    Optional<Shape> shape = facts.shape(term.source());
    int[] tail = new int[a.rank()];
    for (int axis = 0; axis < tail.length; axis++) {
      tail[axis] = Math.min(a.tail()[axis], b.tail()[axis]);
      boolean same = a.tail()[axis] == b.tail()[axis];
      boolean alike =
          shape.isPresent()
              && shape.get().dim(axis + 2) instanceof Dim.Known known
              && a.positions(axis, known.size()) == b.positions(axis, known.size());
      if (!same && !alike) {
        return term;
      }
    }
    if (Arrays.equals(tail, a.tail())) {
      return term;
    }
    Affine alike = a.withTail(tail).sizedBy(term.source());
    return new Term(term.source(), alike, term.origin(), term.carrier());
  }
}
