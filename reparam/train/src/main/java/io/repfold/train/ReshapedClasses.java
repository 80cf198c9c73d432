package io.repfold.train;

import io.repfold.graph.Dim;
import io.repfold.graph.Shape;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Where the class axis of a reshaped value was before. Elements keep their order, so that it is the
 * axis with the same sizes before it, or behind it:
 *
 * <pre>
 *   [N, 4, 1, 1]  to  [N, 4]          axis 1
 *   [N, 16, H, W] to  [N, 4, 4, H, W] axis 1, on which a class has 4 places
 * </pre>
 */
final class ReshapedClasses {
  private final List<Dim> from;
  private final List<Dim> to;

  private ReshapedClasses(Shape from, Shape to) {
    this.from = from.dims();
    this.to = to.dims();
  }

  /**
   * @param place in the reshaped value
   * @return the place in the value before; empty if the classes are on no axis of their own there
   */
  static Optional<ClassPlace> before(String value, Shape from, Shape to, ClassPlace place) {
    return new ReshapedClasses(from, to).find(value, place);
  }

  private Optional<ClassPlace> find(String value, ClassPlace place) {
    int axis = place.axis();
    if (!(to.get(axis) instanceof Dim.Known classes)) {
      return Optional.empty();
    }
    for (int candidate = 0; candidate < from.size(); candidate++) {
      if (from.get(candidate) instanceof Dim.Known known
          && classes.size() > 0
          && known.size() % classes.size() == 0) {
        long parts = known.size() / classes.size();
        boolean kept =
            isSame(from.subList(0, candidate), to.subList(0, axis))
                ? parts == 1 || isSplit(axis, parts)
                : parts == 1
                    && isSame(
                        from.subList(candidate + 1, from.size()), to.subList(axis + 1, to.size()));
        if (kept) {
          return Optional.of(new ClassPlace(value, candidate, place.perClass() * parts));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isSame(List<Dim> some, List<Dim> others) {
    List<Dim> a = some.stream().filter(dim -> !dim.equals(Dim.of(1))).toList();
    List<Dim> b = others.stream().filter(dim -> !dim.equals(Dim.of(1))).toList();
    return a.size() == b.size()
        && IntStream.range(0, a.size()).allMatch(i -> a.get(i).surelyEquals(b.get(i)));
  }

  /** Whether the axes next to the classes have the other parts of what was one axis. */
  private boolean isSplit(int axis, long parts) {
    long product = 1;
    for (int i = axis + 1; i < to.size() && product < parts; i++) {
      product = to.get(i) instanceof Dim.Known known ? product * known.size() : parts + 1;
    }
    return product == parts;
  }
}
