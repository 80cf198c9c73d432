package io.repfold.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Shapes of Reshape, Flatten, Transpose, Squeeze, Unsqueeze and the two block moves. */
final class ReshapeShapes {
  private ReshapeShapes() {}

  /**
   * @param wanted the elements of the shape input, each empty if unknown
   */
  static Shape reshape(Op.Reshape op, @Nullable Shape x, List<Optional<SizeExpression>> wanted) {
    List<Dim> dims = new ArrayList<>();
    int inferred = -1;
    boolean certain = true;
    for (int i = 0; i < wanted.size(); i++) {
      long constant = constant(wanted.get(i));
      certain &= wanted.get(i).isPresent();
      if (constant == -1) {
        Check.that(inferred < 0, "the shape %s has more than one -1", wanted);
        inferred = i;
        dims.add(Dim.unknown());
      } else if (constant == 0 && !op.allowZero()) {
        Check.that(
            x == null || i < x.rank(), "the shape %s copies axis %d of the input %s", wanted, i, x);
        dims.add(x == null ? Dim.unknown() : x.dim(i));
      } else {
        dims.add(DimMath.dim(wanted.get(i)));
      }
    }
    if (x == null || !certain) {
      return new Shape(dims);
    }
    if (inferred >= 0) {
      List<Dim> others = new ArrayList<>(dims);
      others.remove(inferred);
      dims.set(inferred, quotient(x, others));
    }
    Dim before = DimMath.dim(DimMath.product(x.dims()));
    Dim after = DimMath.dim(DimMath.product(dims));
    Check.that(
        !DimMath.contradict(before, after),
        "cannot reshape %s to %s: %s elements against %s",
        x,
        new Shape(dims),
        before,
        after);
    return new Shape(dims);
  }

  /** An element of a shape input if it is a number; otherwise neither -1 nor 0. */
  private static long constant(Optional<SizeExpression> wanted) {
    return wanted.map(w -> w.asConstant().orElse(1)).orElse(1L);
  }

  /** How many elements are left for one dimension when the others take theirs. */
  private static Dim quotient(Shape x, List<Dim> others) {
    List<Dim> above = new ArrayList<>(x.dims());
    List<Dim> below = new ArrayList<>();
    for (Dim dim : others) {
      Check.that(!DimMath.isKnown(dim, 0), "beside a size of 0, -1 may be any size");
      if (!above.remove(dim)) {
        below.add(dim);
      }
    }
    Dim divisor = DimMath.dim(DimMath.product(below));
    Optional<SizeExpression> dividend = DimMath.product(above);
    if (dividend.isEmpty() || !(divisor instanceof Dim.Known known) || known.size() == 0) {
      return Dim.unknown();
    }
    return DimMath.dim(dividend.get().dividedBy(known.size()));
  }

  static Shape flatten(Op.Flatten op, Shape x) {
    int split = op.axis() == x.rank() ? x.rank() : Layout.axis(op.axis(), x.rank());
    return new Shape(
        List.of(
            DimMath.dim(DimMath.product(x.dims().subList(0, split))),
            DimMath.dim(DimMath.product(x.dims().subList(split, x.rank())))));
  }

  static Shape transpose(Op.Transpose op, Shape x) {
    int rank = x.rank();
    Check.that(
        op.permutation().isEmpty() || op.permutation().size() == rank,
        "perm %s does not fit the input %s",
        op.permutation(),
        x);
    Layout.marked(op.permutation().stream().mapToLong(Integer::longValue).toArray(), rank);
    List<Dim> dims = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      int from = op.permutation().isEmpty() ? rank - 1 - i : op.permutation().get(i);
      dims.add(x.dim(Layout.axis(from, rank)));
    }
    return new Shape(dims);
  }

  static Shape unsqueeze(Shape x, long[] axes) {
    boolean[] added = Layout.marked(axes, x.rank() + axes.length);
    List<Dim> dims = new ArrayList<>();
    int from = 0;
    for (boolean one : added) {
      dims.add(one ? Dim.of(1) : x.dim(from++));
    }
    return new Shape(dims);
  }

  /** Null if it depends on unknown dimensions which axes go. */
  static @Nullable Shape squeeze(Shape x, long[] axes) {
    boolean[] removed = Layout.marked(axes, x.rank());
    List<Dim> dims = new ArrayList<>();
    for (int i = 0; i < removed.length; i++) {
      Dim dim = x.dim(i);
      if (axes.length == 0 && !(dim instanceof Dim.Known)) {
        return null;
      }
      boolean goes = axes.length == 0 ? DimMath.isKnown(dim, 1) : removed[i];
      Check.that(
          !goes || !DimMath.contradict(dim, Dim.of(1)),
          "axis %d of %s cannot be removed, its size is not 1",
          i,
          x);
      if (!goes) {
        dims.add(dim);
      }
    }
    return new Shape(dims);
  }

  static Shape depthToSpace(Shape x, long block) {
    checkImage(x);
    return new Shape(
        List.of(
            x.dim(0),
            exactly(x, 1, block * block),
            DimMath.map(x.dim(2), s -> s.times(block)),
            DimMath.map(x.dim(3), s -> s.times(block))));
  }

  static Shape spaceToDepth(Shape x, long block) {
    checkImage(x);
    return new Shape(
        List.of(
            x.dim(0),
            DimMath.map(x.dim(1), s -> s.times(block * block)),
            exactly(x, 2, block),
            exactly(x, 3, block)));
  }

  private static Dim exactly(Shape x, int axis, long divisor) {
    Check.that(
        !(x.dim(axis) instanceof Dim.Known known) || known.size() % divisor == 0,
        "axis %d of %s is no multiple of %d",
        axis,
        x,
        divisor);
    return DimMath.map(x.dim(axis), s -> s.dividedBy(divisor));
  }

  private static void checkImage(Shape x) {
    Check.that(x.rank() == 4, "the input must be [N, C, H, W], got %s", x);
  }
}
