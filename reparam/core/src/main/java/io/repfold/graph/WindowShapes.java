package io.repfold.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Shapes of convolutions and poolings; null stands for a shape of unknown rank. */
final class WindowShapes {
  private WindowShapes() {}

  static @Nullable Shape conv(
      Op.Conv op, @Nullable Shape x, @Nullable Shape w, @Nullable Shape bias) {
    int rank = rank(x, w);
    if (rank < 0) {
      return null;
    }
    Shape image = x == null ? unknown(rank) : x;
    Shape weight = w == null ? unknown(rank) : w;
    Dim channels = DimMath.map(weight.dim(1), i -> i.times(op.groups()));
    Check.that(
        !DimMath.contradict(channels, image.dim(1)),
        "the weight %s with %d groups reads %s channels, the input %s has %s",
        weight,
        op.groups(),
        channels,
        image,
        image.dim(1));
    checkGroups(weight.dim(0), op.groups());
    checkBias(bias, weight.dim(0));
    List<Dim> dims = new ArrayList<>(List.of(image.dim(0), weight.dim(0)));
    dims.addAll(positions(op.window(), image, taps(weight), false));
    return new Shape(dims);
  }

  static @Nullable Shape convTranspose(
      Op.ConvTranspose op, @Nullable Shape x, @Nullable Shape w, @Nullable Shape bias) {
    int rank = rank(x, w);
    if (rank < 0) {
      return null;
    }
    Shape image = x == null ? unknown(rank) : x;
    Shape weight = w == null ? unknown(rank) : w;
    Check.that(
        !DimMath.contradict(weight.dim(0), image.dim(1)),
        "the weight %s reads %s channels, the input %s has %s",
        weight,
        weight.dim(0),
        image,
        image.dim(1));
    checkGroups(weight.dim(0), op.groups());
    Dim channels = DimMath.map(weight.dim(1), o -> o.times(op.groups()));
    checkBias(bias, channels);
    List<Dim> dims = new ArrayList<>(List.of(image.dim(0), channels));
    checkAxes(op.window(), rank - 2);
    Check.that(
        op.outputPadding().isEmpty() || op.outputPadding().size() == rank - 2,
        "output_padding %s does not fit %d axes",
        op.outputPadding(),
        rank - 2);
    List<Dim> taps = taps(weight);
    for (int i = 0; i < rank - 2; i++) {
      Dim size = transposed(op, i, rank - 2, image.dim(2 + i), taps.get(i));
      checkNotEmpty(size, i);
      dims.add(size);
    }
    return new Shape(dims);
  }

  private static void checkNotEmpty(Dim size, int axis) {
    Check.that(
        !DimMath.isKnown(size, 0), "the output would have 0 elements on spatial axis %d", axis);
  }

  private static Dim transposed(Op.ConvTranspose op, int axis, int axes, Dim size, Dim kernel) {
    Window window = op.window();
    if (!op.outputShape().isEmpty()) {
      return Dim.of(ConvolutionMath.outputSize(op.outputShape(), axes, axis));
    }
    if (isSame(window)) {
      return DimMath.map(size, s -> s.times(window.stride(axis)));
    }
    Optional<SizeExpression> full =
        DimMath.expression(size)
            .flatMap(
                s ->
                    DimMath.expression(kernel)
                        .map(
                            k ->
                                s.plus(-1)
                                    .times(window.stride(axis))
                                    .plus(k.plus(-1).times(window.dilation(axis)))));
    int extra = op.outputPadding().isEmpty() ? 0 : op.outputPadding().get(axis);
    return DimMath.dim(
        full.map(f -> f.plus(extra + 1L - window.padBegin(axis) - window.padEnd(axis))));
  }

  static @Nullable Shape pool(
      Window window, List<Integer> kernel, boolean ceil, @Nullable Shape x) {
    if (x == null) {
      return null;
    }
    checkSpatial(x);
    checkKernel(kernel, x);
    List<Dim> sizes = kernel.stream().map(k -> Dim.of(k)).toList();
    List<Dim> dims = new ArrayList<>(x.dims().subList(0, 2));
    dims.addAll(positions(window, x, sizes, ceil));
    return new Shape(dims);
  }

  static @Nullable Shape maxUnpool(Op.MaxUnpool op, @Nullable Shape x) {
    if (x == null) {
      return null;
    }
    checkSpatial(x);
    checkKernel(op.kernel(), x);
    checkAxes(op.window(), x.rank() - 2);
    List<Dim> dims = new ArrayList<>(x.dims().subList(0, 2));
    for (int i = 0; i < x.rank() - 2; i++) {
      int stride = op.window().stride(i);
      long added = (long) op.kernel().get(i) - op.window().padBegin(i) - op.window().padEnd(i);
      Dim size = DimMath.map(x.dim(2 + i), s -> s.plus(-1).times(stride).plus(added));
      checkNotEmpty(size, i);
      dims.add(size);
    }
    return new Shape(dims);
  }

  static @Nullable Shape global(@Nullable Shape x) {
    if (x == null) {
      return null;
    }
    checkSpatial(x);
    List<Dim> dims = new ArrayList<>(x.dims().subList(0, 2));
    dims.addAll(Collections.nCopies(x.rank() - 2, Dim.of(1)));
    return new Shape(dims);
  }

  private static List<Dim> positions(Window window, Shape x, List<Dim> kernel, boolean ceil) {
    checkAxes(window, kernel.size());
    List<Dim> positions = new ArrayList<>();
    for (int i = 0; i < kernel.size(); i++) {
      Dim dim = position(window, i, x.dim(2 + i), kernel.get(i), ceil);
      Check.that(
          !(dim instanceof Dim.Known known) || known.size() >= 1,
          "the kernel %s with dilation %d is larger than the input %s with its padding on spatial"
              + " axis %d; give a larger input",
          kernel.get(i),
          window.dilation(i),
          x,
          i);
      positions.add(dim);
    }
    return positions;
  }

  private static Dim position(Window window, int axis, Dim image, Dim kernel, boolean ceil) {
    int stride = window.stride(axis);
    if (isSame(window)) {
      return DimMath.map(image, s -> s.plus(stride - 1L).dividedBy(stride));
    }
    if (!(kernel instanceof Dim.Known taps)) {
      return Dim.unknown();
    }
    long reach = (taps.size() - 1) * window.dilation(axis) + 1;
    long begin = window.padBegin(axis);
    long end = window.padEnd(axis);
    if (image instanceof Dim.Known known) {
      if (known.size() + begin + end < 1) {
        return Dim.of(0); // negative pads cut everything off
      }
      long room = known.size() + begin + end - reach;
      long positions = Math.floorDiv(ceil ? room + stride - 1 : room, stride) + 1;
      boolean last = ceil && (positions - 1) * stride >= known.size() + begin;
      return Dim.of(Math.max(0, last ? positions - 1 : positions));
    }
    // Rounding up may add a window that starts in the end padding and does not count.
    if (ceil && end + stride > reach) {
      return Dim.unknown();
    }
    long rounding = ceil ? stride - 1L : 0;
    return DimMath.map(
        image, s -> s.plus(begin + end - reach + rounding).dividedBy(stride).plus(1));
  }

  private static boolean isSame(Window window) {
    return window.autoPad() == Window.AutoPad.SAME_UPPER
        || window.autoPad() == Window.AutoPad.SAME_LOWER;
  }

  private static void checkAxes(Window window, int axes) {
    int[] any = new int[axes];
    Arrays.fill(any, 1);
    SlidingWindow.checkAxes(window, axes, any);
  }

  private static void checkKernel(List<Integer> kernel, Shape x) {
    Check.that(kernel.size() == x.rank() - 2, "the kernel %s does not fit the input %s", kernel, x);
  }

  /** The spatial axes of a weight, none of them empty. */
  private static List<Dim> taps(Shape weight) {
    List<Dim> taps = weight.dims().subList(2, weight.rank());
    Check.that(
        taps.stream().noneMatch(t -> DimMath.isKnown(t, 0)), "the kernel of %s is empty", weight);
    return taps;
  }

  private static void checkGroups(Dim channels, int groups) {
    Check.that(
        !(channels instanceof Dim.Known known) || known.size() % groups == 0,
        "%s channels cannot be split into %d groups",
        channels,
        groups);
  }

  private static void checkBias(@Nullable Shape bias, Dim channels) {
    Check.that(
        bias == null || (bias.rank() == 1 && !DimMath.contradict(bias.dim(0), channels)),
        "the bias %s does not fit %s output channels",
        bias,
        channels);
  }

  private static int rank(@Nullable Shape x, @Nullable Shape w) {
    if (x != null) {
      checkSpatial(x);
    }
    if (w != null) {
      checkSpatial(w);
    }
    Check.that(
        x == null || w == null || x.rank() == w.rank(),
        "the weight %s must have as many dimensions as the input %s",
        w,
        x);
    return x != null ? x.rank() : w != null ? w.rank() : -1;
  }

  private static void checkSpatial(Shape x) {
    Check.that(x.rank() >= 3, "expected at least 3 dimensions, [N, C, D1, ...], got %s", x);
  }

  static Shape unknown(int rank) {
    return new Shape(Collections.nCopies(rank, Dim.unknown()));
  }
}
