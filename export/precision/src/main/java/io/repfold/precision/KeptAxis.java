package io.repfold.precision;

import io.repfold.graph.Dim;
import io.repfold.graph.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where an axis is after elements got another shape in the same order. It is kept apart if as many
 * elements stand before it as before, or behind it: for the number of all is the same.
 */
final class KeptAxis {
  private KeptAxis() {}

  /**
   * The axis that has the elements of another; empty if none has, or it may be one or the other.
   *
   * @param axis of {@code from}
   */
  static Optional<Integer> of(int axis, Shape from, Shape to) {
    if (axis < 0 || axis >= from.rank()) {
      return Optional.empty();
    }
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < to.rank(); i++) {
      boolean same = from.dim(axis).surelyEquals(to.dim(i));
      if (same && (before(from, axis, to, i) || behind(from, axis, to, i))) {
        places.add(i);
      }
    }
    return places.size() == 1 ? Optional.of(places.get(0)) : Optional.empty();
  }

  private static boolean before(Shape from, int axis, Shape to, int place) {
    return sameCount(from.dims().subList(0, axis), to.dims().subList(0, place));
  }

  private static boolean behind(Shape from, int axis, Shape to, int place) {
    return sameCount(
        from.dims().subList(axis + 1, from.rank()), to.dims().subList(place + 1, to.rank()));
  }

  /** Whether the products are surely equal: of the numbers, and of the same other sizes. */
  private static boolean sameCount(List<Dim> one, List<Dim> other) {
    List<Dim> rest = new ArrayList<>();
    long product = 1;
    for (Dim dim : one) {
      if (dim instanceof Dim.Known known) {
        product *= known.size();
      } else {
        rest.add(dim);
      }
    }
    long others = 1;
    for (Dim dim : other) {
      if (dim instanceof Dim.Known known) {
        others *= known.size();
      } else if (dim instanceof Dim.Unknown || !rest.remove(dim)) {
        return false;
      }
    }
    return rest.isEmpty() && product == others;
  }
}
