package io.repfold.fold;

import io.repfold.graph.Dim;
import io.repfold.graph.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Carries a scale through a Reshape: both shapes are cut into the smallest runs of axes that hold
 * as many elements, and where the scale differs within a run, its numbers are written out along it.
 */
final class ReshapedScale {
  private final Shape from;
  private final Shape to;
  private final List<Run> runs = new ArrayList<>();

  /** Axes of both shapes that hold as many elements. */
  private record Run(int fromBegin, int fromEnd, int toBegin, int toEnd) {}

  private ReshapedScale(Shape from, Shape to) {
    this.from = from;
    this.to = to;
  }

  /** The scale for {@code to} that does what {@code scale} does for {@code from}, if known. */
  static Optional<Scale> of(Scale scale, Shape from, Shape to) {
    ReshapedScale reshaped = new ReshapedScale(from, to);
    reshaped.findRuns();
    return reshaped.carry(scale);
  }

  /** Both hold as many elements, so that what is left between equal runs is a run as well. */
  private void findRuns() {
    int i = 0;
    int j = 0;
    for (Optional<Run> run = next(0, 0); run.isPresent(); run = next(i, j)) {
      runs.add(run.get());
      i = run.get().fromEnd;
      j = run.get().toEnd;
    }
    int fromEnd = from.rank();
    int toEnd = to.rank();
    while (fromEnd > i && toEnd > j && from.dim(fromEnd - 1).surelyEquals(to.dim(toEnd - 1))) {
      runs.add(new Run(fromEnd - 1, fromEnd, toEnd - 1, toEnd));
      fromEnd--;
      toEnd--;
    }
    runs.add(new Run(i, fromEnd, j, toEnd));
  }

  /** The shortest run that begins at these axes, if one is known. */
  private Optional<Run> next(int fromBegin, int toBegin) {
    int i = fromBegin + 1;
    int j = toBegin + 1;
    while (i <= from.rank() && j <= to.rank()) {
      if (product(from, "from", fromBegin, i).equals(product(to, "to", toBegin, j))) {
        return Optional.of(new Run(fromBegin, i, toBegin, j));
      }
      if (i < from.rank() && (j == to.rank() || isSmaller(fromBegin, i, toBegin, j))) {
        i++;
      } else {
        j++;
      }
    }
    return Optional.empty();
  }

  /** Whether the run of {@code from} holds less, as far as that is known. */
  private boolean isSmaller(int fromBegin, int fromEnd, int toBegin, int toEnd) {
    Product a = product(from, "from", fromBegin, fromEnd);
    Product b = product(to, "to", toBegin, toEnd);
    return a.symbols.equals(b.symbols) ? a.known < b.known : a.symbols.size() <= b.symbols.size();
  }

  /** Two that are equal are surely the same number. */
  private record Product(double known, List<String> symbols) {}

  private static Product product(Shape shape, String name, int begin, int end) {
    double known = 1;
    List<String> symbols = new ArrayList<>();
    for (int axis = begin; axis < end; axis++) {
      Dim dim = shape.dim(axis);
      if (dim instanceof Dim.Known size) {
        known *= size.size();
      } else if (dim instanceof Dim.Symbol symbol) {
        symbols.add(symbol.name());
      } else {
        symbols.add("unknown %s %d".formatted(name, axis));
      }
    }
    Collections.sort(symbols);
    return new Product(known, symbols);
  }

  private Optional<Scale> carry(Scale scale) {
    Scale full = scale;
    int[] dims = new int[to.rank()];
    Arrays.fill(dims, 1);
    for (Run run : runs) {
      boolean varies = false;
      for (int axis = run.fromBegin; axis < run.fromEnd; axis++) {
        varies |= scale.varies(axis);
      }
      if (!varies) {
        continue;
      }
      for (int axis = run.fromBegin; axis < run.fromEnd; axis++) {
        if (!(from.dim(axis) instanceof Dim.Known size)
            || full.factors().length * (double) size.size() > Scale.LARGEST
            || size.size() == 0) {
          return Optional.empty();
        }
        full = full.spread(axis, (int) size.size());
      }
      for (int axis = run.toBegin; axis < run.toEnd; axis++) {
        if (!(to.dim(axis) instanceof Dim.Known size)) {
          return Optional.empty();
        }
        dims[axis] = (int) size.size();
      }
    }
    // Declared shapes may be wrong.
    double elements = Arrays.stream(dims).asDoubleStream().reduce(1, (a, b) -> a * b);
    return elements == full.factors().length ? Optional.of(full.reshaped(dims)) : Optional.empty();
  }
}
