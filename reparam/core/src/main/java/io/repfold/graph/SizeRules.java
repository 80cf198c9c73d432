package io.repfold.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Integer computations on shapes: the elements of small tensors as expressions of sizes. */
final class SizeRules {
  private SizeRules() {}

  /** The same elements in another shape or type. */
  static Fact moved(Fact x, Optional<ElementType> type, Optional<Shape> shape) {
    return x.sizes()
        .filter(sizes -> shape.isPresent() && sizes.size() <= Fact.MOST_ELEMENTS)
        .map(sizes -> Fact.ofSizes(type, shape.orElseThrow(), sizes))
        .orElse(Fact.of(type, shape));
  }

  static Fact shape(Op.ShapeOf op, Fact x) {
    if (x.shape().isEmpty()) {
      return Fact.of(
          Optional.of(ElementType.INT64), Optional.of(new Shape(List.of(Dim.unknown()))));
    }
    List<Dim> dims = x.shape().get().dims();
    int start = clamped(op.start(), dims.size());
    int end = Math.max(start, clamped(op.end().orElse(dims.size()), dims.size()));
    List<Optional<SizeExpression>> sizes =
        dims.subList(start, end).stream().map(DimMath::expression).toList();
    return Fact.ofSizes(Optional.of(ElementType.INT64), Shape.of(sizes.size()), sizes);
  }

  private static int clamped(int bound, int rank) {
    return Math.max(0, Math.min(rank, bound < 0 ? bound + rank : bound));
  }

  /** Joins lists of sizes; empty if one is not followed. */
  static Optional<List<Optional<SizeExpression>>> concat(List<Fact> parts) {
    List<Optional<SizeExpression>> joined = new ArrayList<>();
    for (Fact part : parts) {
      Optional<List<Optional<SizeExpression>>> sizes = listed(part);
      if (sizes.isEmpty() || joined.size() + sizes.get().size() > Fact.MOST_ELEMENTS) {
        return Optional.empty();
      }
      joined.addAll(sizes.get());
    }
    return Optional.of(joined);
  }

  /** The elements of a tensor with one axis, each unknown if only their number is known. */
  private static Optional<List<Optional<SizeExpression>>> listed(Fact fact) {
    Optional<long[]> dims = fact.shape().flatMap(Shape::sizes).filter(d -> d.length == 1);
    if (dims.isEmpty() || dims.get()[0] > Fact.MOST_ELEMENTS) {
      return Optional.empty();
    }
    int count = (int) dims.get()[0];
    return fact.sizes().or(() -> Optional.of(Collections.nCopies(count, Optional.empty())));
  }

  /** Picks elements of a list of sizes; empty if that is not what happens. */
  static Optional<List<Optional<SizeExpression>>> gather(Fact x, Fact indices) {
    Optional<List<Optional<SizeExpression>>> sizes = listed(x);
    Optional<long[]> picks = indices.longs();
    if (sizes.isEmpty() || picks.isEmpty()) {
      return Optional.empty();
    }
    int count = sizes.get().size();
    List<Optional<SizeExpression>> picked = new ArrayList<>();
    for (long pick : picks.get()) {
      Check.that(
          pick >= -count && pick < count, "index %d lies outside the %d elements", pick, count);
      picked.add(sizes.get().get((int) (pick < 0 ? pick + count : pick)));
    }
    return Optional.of(picked);
  }

  /** A slice with constant bounds of a list of sizes; empty if that is not what happens. */
  static Optional<List<Optional<SizeExpression>>> slice(Fact x, List<Optional<long[]>> bounds) {
    Optional<List<Optional<SizeExpression>>> sizes = listed(x);
    if (sizes.isEmpty() || bounds.stream().anyMatch(Optional::isEmpty)) {
      return Optional.empty();
    }
    double[] positions = new double[sizes.get().size()];
    for (int i = 0; i < positions.length; i++) {
      positions[i] = i;
    }
    NdArray picked =
        ShapeMath.slice(
            NdArray.of(positions, positions.length),
            bounds.get(0).orElseThrow(),
            bounds.get(1).orElseThrow(),
            bounds.get(2).orElseThrow(),
            bounds.get(3).orElseThrow());
    List<Optional<SizeExpression>> result = new ArrayList<>();
    for (double at : picked.data()) {
      result.add(sizes.get().get((int) at));
    }
    return Optional.of(result);
  }

  /** Elementwise arithmetic on equally long tensors, or with a single element on one side. */
  static Optional<List<Optional<SizeExpression>>> binary(
      Op.Binary.Function function, Fact a, Fact b) {
    if (a.sizes().isEmpty() || b.sizes().isEmpty()) {
      return Optional.empty();
    }
    List<Optional<SizeExpression>> x = a.sizes().get();
    List<Optional<SizeExpression>> y = b.sizes().get();
    if (x.size() != y.size() && x.size() != 1 && y.size() != 1) {
      return Optional.empty();
    }
    boolean real = a.type().map(ElementType::isFloat).orElse(true);
    List<Optional<SizeExpression>> result = new ArrayList<>();
    for (int i = 0; i < (x.size() == 1 ? y.size() : x.size()); i++) {
      Optional<SizeExpression> left = x.get(x.size() == 1 ? 0 : i);
      Optional<SizeExpression> right = y.get(y.size() == 1 ? 0 : i);
      result.add(left.flatMap(l -> right.flatMap(r -> binary(function, l, r, real))));
    }
    return Optional.of(result);
  }

  private static Optional<SizeExpression> binary(
      Op.Binary.Function function, SizeExpression a, SizeExpression b, boolean real) {
    return switch (function) {
      case ADD -> Optional.of(a.plus(b));
      case SUB -> Optional.of(a.minus(b));
      case MUL -> a.times(b);
      case DIV -> quotient(a, b, real);
      case EQUAL -> equal(a, b);
      case POW, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, AND, OR -> Optional.empty();
    };
  }

  private static Optional<SizeExpression> quotient(
      SizeExpression a, SizeExpression b, boolean real) {
    long divisor = b.asConstant().orElse(0);
    if (divisor < 1) {
      return Optional.empty();
    }
    SizeExpression quotient = a.dividedBy(divisor);
    boolean exact = quotient.times(divisor).minus(a).asConstant().orElse(1) == 0;
    // Integer division truncates, which is rounding down only from 0 upwards.
    return exact || (!real && a.isSurelyNonNegative()) ? Optional.of(quotient) : Optional.empty();
  }

  private static Optional<SizeExpression> equal(SizeExpression a, SizeExpression b) {
    SizeExpression difference = a.minus(b);
    if (difference.asConstant().isPresent()) {
      return Optional.of(SizeExpression.of(difference.asConstant().getAsLong() == 0 ? 1 : 0));
    }
    boolean apart =
        difference.plus(-1).isSurelyNonNegative()
            || difference.times(-1).plus(-1).isSurelyNonNegative();
    return apart ? Optional.of(SizeExpression.of(0)) : Optional.empty();
  }

  /** Chooses where the condition is known; all three have as many elements, or one. */
  static Optional<List<Optional<SizeExpression>>> where(Fact condition, Fact a, Fact b) {
    if (condition.sizes().isEmpty() || a.sizes().isEmpty() || b.sizes().isEmpty()) {
      return Optional.empty();
    }
    List<List<Optional<SizeExpression>>> all =
        List.of(condition.sizes().get(), a.sizes().get(), b.sizes().get());
    int count = all.stream().mapToInt(List::size).max().orElse(0);
    if (all.stream().anyMatch(l -> l.size() != count && l.size() != 1)) {
      return Optional.empty();
    }
    List<Optional<SizeExpression>> chosen = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long truth = at(all.get(0), i).map(c -> c.asConstant().orElse(-1)).orElse(-1L);
      chosen.add(truth < 0 ? Optional.empty() : at(all.get(truth != 0 ? 1 : 2), i));
    }
    return Optional.of(chosen);
  }

  private static Optional<SizeExpression> at(List<Optional<SizeExpression>> list, int index) {
    return list.get(list.size() == 1 ? 0 : index);
  }
}
