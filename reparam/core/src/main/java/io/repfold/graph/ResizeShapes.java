package io.repfold.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Shapes of Resize. */
final class ResizeShapes {
  private ResizeShapes() {}

  static Shape resize(Op.Resize op, Shape x, @Nullable Fact scales, @Nullable Fact sizes) {
    int[] axes = op.axes().isEmpty() ? Layout.range(0, x.rank()) : new int[op.axes().size()];
    for (int i = 0; i < op.axes().size(); i++) {
      axes[i] = Layout.axis(op.axes().get(i), x.rank());
    }
    boolean scaled = scales != null && !isEmpty(scales);
    boolean sized = sizes != null && !isEmpty(sizes);
    Check.that(scaled || sized, "exactly one of scales and sizes must be given");
    Check.that(
        !isSurelyGiven(scales) || !isSurelyGiven(sizes),
        "exactly one of scales and sizes must be given");
    List<Dim> dims = new ArrayList<>(x.dims());
    for (int axis : axes) {
      dims.set(axis, Dim.unknown());
    }
    if (scaled && scales != null && scales.constant().isPresent()) {
      double[] factors = scales.constant().get().data();
      checkCount("scales", factors.length, axes, x);
      for (int i = 0; i < axes.length; i++) {
        dims.set(axes[i], scaled(x.dim(axes[i]), factors[i]));
      }
    } else if (sized && sizes != null && sizes.sizes().isPresent()) {
      List<Optional<SizeExpression>> wanted = sizes.sizes().get();
      checkCount("sizes", wanted.size(), axes, x);
      for (int i = 0; i < axes.length; i++) {
        Dim dim = x.dim(axes[i]);
        long size = wanted.get(i).map(s -> s.asConstant().orElse(1)).orElse(1L);
        Check.that(
            size >= 1 && !DimMath.isKnown(dim, 0),
            "axis %d of %s elements cannot be resized to %d",
            axes[i],
            dim,
            size);
      }
      for (int i = 0; i < axes.length && op.aspectRatioPolicy().equals("stretch"); i++) {
        dims.set(axes[i], DimMath.dim(wanted.get(i)));
      }
      if (!op.aspectRatioPolicy().equals("stretch") && sizes.constant().isPresent()) {
        keepRatio(op, x, axes, sizes.constant().get().data(), dims);
      }
    }
    return new Shape(dims);
  }

  private static boolean isEmpty(Fact fact) {
    return fact.shape().isPresent() && fact.shape().get().equals(Shape.of(0));
  }

  private static boolean isSurelyGiven(@Nullable Fact fact) {
    return fact != null
        && fact.shape().flatMap(Shape::sizes).filter(s -> Tensor.count(s) > 0).isPresent();
  }

  private static void checkCount(String what, int count, int[] axes, Shape x) {
    Check.that(count == axes.length, "%d %s do not fit %d axes of %s", count, what, axes.length, x);
  }

  private static void keepRatio(Op.Resize op, Shape x, int[] axes, double[] sizes, List<Dim> dims) {
    double scale = Double.NaN;
    boolean larger = op.aspectRatioPolicy().equals("not_smaller");
    for (int i = 0; i < axes.length; i++) {
      if (!(x.dim(axes[i]) instanceof Dim.Known known)) {
        return;
      }
      double own = sizes[i] / known.size();
      boolean first = Double.isNaN(scale);
      scale = first ? own : larger ? Math.max(scale, own) : Math.min(scale, own);
    }
    for (int axis : axes) {
      if (x.dim(axis) instanceof Dim.Known known) {
        dims.set(axis, Dim.of((long) Math.floor(scale * known.size() + 0.5)));
      }
    }
  }

  /** Scales with a small power of two as denominator are exact for symbols too. */
  private static Dim scaled(Dim dim, double scale) {
    Check.that(scale > 0, "scale %s is not positive", scale);
    if (dim instanceof Dim.Known known) {
      return Dim.of(ResizeAxis.scaledSize(known.size(), scale));
    }
    long denominator = 64;
    double numerator = scale * denominator;
    if (numerator != Math.rint(numerator) || numerator > 1e6) {
      return Dim.unknown();
    }
    return DimMath.map(dim, s -> s.times((long) numerator).dividedBy(denominator));
  }
}
