package io.repfold.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Shapes of Slice, Split, Pad and Tile. */
final class SliceShapes {
  private static final long UNBOUNDED = Long.MAX_VALUE;

  private SliceShapes() {}

  /**
   * @param axes empty for the first ones
   * @param steps empty for 1
   */
  static Shape slice(
      Shape x,
      List<Optional<SizeExpression>> starts,
      List<Optional<SizeExpression>> ends,
      long[] axes,
      long[] steps) {
    Check.that(
        starts.size() == ends.size()
            && (axes.length == 0 || axes.length == starts.size())
            && (steps.length == 0 || steps.length == starts.size()),
        "starts, ends, axes and steps have %d, %d, %d and %d elements; they must agree",
        starts.size(),
        ends.size(),
        axes.length,
        steps.length);
    List<Dim> dims = new ArrayList<>(x.dims());
    for (int i = 0; i < starts.size(); i++) {
      int axis = Layout.axis(axes.length == 0 ? i : axes[i], x.rank());
      long step = steps.length == 0 ? 1 : steps[i];
      Check.that(step != 0, "a step of 0 goes nowhere");
      Optional<SizeExpression> size = DimMath.expression(x.dim(axis));
      Optional<SizeExpression> start = starts.get(i);
      Optional<SizeExpression> end = ends.get(i);
      dims.set(
          axis,
          size.isPresent() && start.isPresent() && end.isPresent()
              ? length(size.get(), start.get(), end.get(), step)
              : Dim.unknown());
    }
    return new Shape(dims);
  }

  /** How many elements lie between the bounds; the slice is taken not to be empty. */
  private static Dim length(
      SizeExpression size, SizeExpression start, SizeExpression end, long step) {
    if (size.asConstant().equals(OptionalLong.of(0))) {
      return Dim.of(0);
    }
    SizeExpression front = SizeExpression.of(step > 0 ? 0 : -1);
    SizeExpression back = step > 0 ? size : size.plus(-1);
    if (step < 0 && (mayLieBefore(start, size, -1) || mayLieBefore(end, size, -2))) {
      return Dim.unknown();
    }
    if (step > 0 && mayLieBefore(start, size, -1)) {
      return end.asConstant().equals(start.plus(1).asConstant()) ? Dim.of(1) : Dim.unknown();
    }
    Optional<SizeExpression> first =
        inside(start, size, step > 0 ? front : SizeExpression.of(0), back);
    Optional<SizeExpression> last = inside(end, size, front, back);
    if (first.isEmpty() && start.isSurelyNonNegative() && step > 0) {
      first = Optional.of(start);
    }
    if (first.isPresent() && last.isEmpty()) {
      boolean one = end.minus(first.get()).asConstant().orElse(Long.MAX_VALUE) == 1;
      return one && step > 0 ? Dim.of(1) : Dim.unknown();
    }
    if (first.isEmpty() || last.isEmpty()) {
      return Dim.unknown();
    }
    SizeExpression span = last.get().minus(first.get()).times(step > 0 ? 1 : -1);
    SizeExpression count = span.plus(-1).dividedBy(Math.abs(Math.max(step, -Long.MAX_VALUE)));
    OptionalLong constant = count.plus(1).asConstant();
    return constant.isPresent()
        ? Dim.of(Math.max(0, constant.getAsLong()))
        : DimMath.dim(count.plus(1));
  }

  /**
   * Whether a bound below {@code least} may lie before the axis, as that of {@code x[-3:]} does if
   * there are only two elements.
   */
  private static boolean mayLieBefore(SizeExpression bound, SizeExpression size, long least) {
    long constant = bound.asConstant().orElse(0);
    return constant < least
        && constant > -Integer.MAX_VALUE
        && size.asConstant().isEmpty()
        && !size.plus(constant).isSurelyNonNegative();
  }

  /** A bound counted from the front and moved into the axis; empty if that cannot be decided. */
  private static Optional<SizeExpression> inside(
      SizeExpression bound, SizeExpression size, SizeExpression front, SizeExpression back) {
    long constant = bound.asConstant().orElse(0);
    if (constant <= -Integer.MAX_VALUE || constant >= Integer.MAX_VALUE) {
      return Optional.of(constant < 0 ? front : back);
    }
    SizeExpression at = constant < 0 ? size.plus(constant) : bound;
    OptionalLong before = front.minus(at).asConstant();
    OptionalLong beyond = at.minus(back).asConstant();
    if (before.isPresent() && before.getAsLong() > 0) {
      return Optional.of(front);
    }
    if (beyond.isPresent()) {
      return Optional.of(beyond.getAsLong() > 0 ? back : at);
    }
    return before.isPresent() && before.getAsLong() == 0 ? Optional.of(at) : Optional.empty();
  }

  /**
   * @param sizes empty for equal parts
   */
  static List<Shape> split(Shape x, int axis, List<Optional<SizeExpression>> sizes, int parts) {
    int at = Layout.axis(axis, x.rank());
    Check.that(
        sizes.isEmpty() || sizes.size() == parts,
        "%d parts do not fit %d outputs",
        sizes.size(),
        parts);
    List<Dim> lengths = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      lengths.add(sizes.isEmpty() ? part(x.dim(at), i, parts) : DimMath.dim(sizes.get(i)));
    }
    Dim sum = DimMath.sum(lengths);
    Check.that(
        !DimMath.contradict(sum, x.dim(at)),
        "parts %s do not fit axis %d of the input %s",
        lengths,
        at,
        x);
    List<Shape> shapes = new ArrayList<>();
    for (Dim length : lengths) {
      List<Dim> dims = new ArrayList<>(x.dims());
      dims.set(at, length);
      shapes.add(new Shape(dims));
    }
    return shapes;
  }

  private static Dim part(Dim size, int index, int parts) {
    if (size instanceof Dim.Known known) {
      long part = (known.size() + parts - 1) / parts;
      return Dim.of(Math.max(0, Math.min(part, known.size() - index * part)));
    }
    return parts == 1 ? size : Dim.unknown();
  }

  /**
   * @param pads begins and then ends, of {@code axes}
   * @param axes empty for all
   */
  static Shape pad(Shape x, Op.Pad.Mode mode, List<Optional<SizeExpression>> pads, long[] axes) {
    int count = axes.length == 0 ? x.rank() : axes.length;
    Check.that(
        pads.size() == 2 * count,
        "%d pads do not fit %d axes of the input %s",
        pads.size(),
        count,
        x);
    Layout.marked(axes, x.rank());
    List<Dim> dims = new ArrayList<>(x.dims());
    for (int i = 0; i < count; i++) {
      int axis = Layout.axis(axes.length == 0 ? i : axes[i], x.rank());
      Optional<SizeExpression> begin = pads.get(i);
      Optional<SizeExpression> end = pads.get(count + i);
      long left =
          DimMath.expression(x.dim(axis)).map(SliceShapes::constant).orElse(UNBOUNDED)
              - cropped(begin)
              - cropped(end);
      Check.that(
          left >= 0, "pads %s crop more than the %s elements of axis %d", pads, x.dim(axis), axis);
      Check.that(
          left > 0 || mode == Op.Pad.Mode.CONSTANT || !(grows(begin) || grows(end)),
          "mode %s cannot pad an empty axis",
          mode);
      dims.set(
          axis,
          DimMath.dim(
              DimMath.expression(x.dim(axis))
                  .flatMap(s -> begin.map(s::plus))
                  .flatMap(s -> end.map(s::plus))));
    }
    return new Shape(dims);
  }

  private static long constant(SizeExpression size) {
    return size.asConstant().orElse(UNBOUNDED);
  }

  private static long cropped(Optional<SizeExpression> pad) {
    return Math.max(0, Math.negateExact(pad.map(p -> p.asConstant().orElse(0)).orElse(0L)));
  }

  private static boolean grows(Optional<SizeExpression> pad) {
    return pad.map(p -> p.asConstant().orElse(0)).orElse(0L) > 0;
  }

  static Shape tile(Shape x, List<Optional<SizeExpression>> repeats) {
    Check.that(repeats.size() == x.rank(), "%d repeats do not fit the input %s", repeats.size(), x);
    List<Dim> dims = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      Optional<SizeExpression> repeat = repeats.get(i);
      Check.that(
          repeat.map(r -> r.asConstant().orElse(0)).orElse(0L) >= 0,
          "repeats %s must not be negative",
          repeats);
      dims.add(DimMath.dim(DimMath.expression(x.dim(i)).flatMap(s -> repeat.flatMap(s::times))));
    }
    return new Shape(dims);
  }
}
