package io.repfold.fold;

import io.repfold.graph.Window;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An affine map over feature maps {@code [N, C, D...]}: {@code y[o, p] = bias[o] + sum over t, c of
 * W_t[o, c] x[c, stride p + t]}, where x is zero outside. Everything that folds is one: Conv,
 * BatchNormalization, identity, scale, average, crop, zero padding, and all their sums and
 * compositions.
 *
 * <p>An axis of length H becomes one of length {@code floor((H + tail - 1) / stride) + 1}; for a
 * Conv {@code tail = pad_end - largest offset}. Two maps with equal stride and tail have the same
 * output grid at every size.
 */
final class Affine {
  /** Offsets, strides and pads that are larger belong to no image; sums of two fit into an int. */
  static final int FARTHEST = 1 << 24;

  /** Kernels with more taps are not looked at. */
  static final int MOST_TAPS = 1 << 16;

  /** Weights are computed by recursion; chains that are longer are folded in pieces. */
  private static final int DEEPEST = 500;

  /** A part that is used in two ways is computed twice, and so are its parts. */
  private static final int MOST_NESTED = 1 << 16;

  private final Weights weights;
  private final double[] bias;
  private final int[] stride;
  private final int[] tail;
  private final Optional<Window> open;
  private final Set<String> sized;

  Affine(Weights weights, double[] bias, int[] stride, int[] tail) {
    this(weights, bias, stride, tail, Optional.empty(), Set.of());
  }

  private Affine(
      Weights weights,
      double[] bias,
      int[] stride,
      int[] tail,
      Optional<Window> open,
      Set<String> sized) {
    this.weights = weights;
    this.bias = bias;
    this.stride = stride;
    this.tail = tail;
    this.open = open;
    this.sized = sized;
  }

  /**
   * A Conv whose {@code auto_pad} depends on a size that is not known. Scales before and behind it
   * are part of it, other kernels never; its taps count from the first, wherever that lies.
   */
  static Affine withOpenPadding(Weights weights, double[] bias, Window window) {
    int rank = weights.taps().rank();
    int[] stride = new int[rank];
    Arrays.setAll(stride, window::stride);
    return new Affine(weights, bias, stride, new int[rank], Optional.of(window), Set.of());
  }

  /** The window of a Conv whose padding is not known. */
  Optional<Window> openPadding() {
    return open;
  }

  static Affine identity(int channels, int rank) {
    return diagonal(DiagonalWeights.identity(channels, Taps.origin(rank)), new double[channels]);
  }

  /** A scale and shift a channel. */
  static Affine scale(double[] factors, double[] shift, int rank) {
    return diagonal(new DiagonalWeights(factors, Taps.origin(rank)), shift);
  }

  private static Affine diagonal(DiagonalWeights weights, double[] bias) {
    int rank = weights.taps().rank();
    int[] ones = new int[rank];
    Arrays.fill(ones, 1);
    return new Affine(weights, bias, ones, new int[rank]);
  }

  /**
   * Every {@code step}-th element from {@code first}; the axis is shorter by {@code first} and
   * {@code - tail}.
   */
  static Affine sampling(int channels, int[] first, int[] step, int[] tail) {
    int[] once = new int[first.length];
    Arrays.fill(once, 1);
    Taps taps = Taps.grid(first, once, once);
    return new Affine(DiagonalWeights.identity(channels, taps), new double[channels], step, tail);
  }

  Weights weights() {
    return weights;
  }

  /** The values without whose sizes it would not be this map. */
  Set<String> sized() {
    return sized;
  }

  /** The same map, which is this one at the size that a value has. */
  Affine sizedBy(String value) {
    return new Affine(weights, bias, stride, tail, open, union(sized, Set.of(value)));
  }

  private static Set<String> union(Set<String> a, Set<String> b) {
    if (b.isEmpty() || a.containsAll(b)) {
      return a;
    }
    if (a.isEmpty()) {
      return b;
    }
    Set<String> both = new HashSet<>(a);
    both.addAll(b);
    return Set.copyOf(both);
  }

  double[] bias() {
    return bias;
  }

  int[] stride() {
    return stride;
  }

  int[] tail() {
    return tail;
  }

  int rank() {
    return stride.length;
  }

  Taps taps() {
    return weights.taps();
  }

  boolean hasBias() {
    return Arrays.stream(bias).anyMatch(b -> b != 0);
  }

  /**
   * Whether nothing but the channels' values changes: one tap at offset 0 on the input's own grid.
   */
  boolean isPositionwise() {
    return open.isEmpty()
        && taps().isOrigin()
        && Arrays.stream(stride).allMatch(s -> s == 1)
        && Arrays.stream(tail).allMatch(t -> t == 0);
  }

  /** Whether each channel is scaled and shifted by itself. */
  boolean isScale() {
    return isPositionwise() && weights.diagonal().isPresent();
  }

  boolean isIdentity() {
    return isPositionwise() && weights.isIdentity() && !hasBias();
  }

  /** Whether each output is one input as it is, or zero: a Pad, a Slice. */
  boolean onlyMoves() {
    return !hasBias()
        && taps().size() == 1
        && weights instanceof DiagonalWeights diagonal
        && Arrays.stream(diagonal.factors()).allMatch(factor -> factor == 1);
  }

  /** How many positions an axis of this length becomes. */
  long positions(int axis, long length) {
    return Math.floorDiv(length + tail[axis] - 1, (long) stride[axis]) + 1;
  }

  /** Whether both read the same channels, and map every input to outputs of one size. */
  boolean sameGridAs(Affine other) {
    return weights.in() == other.weights.in()
        && Arrays.equals(stride, other.stride)
        && Arrays.equals(tail, other.tail)
        && open.equals(other.open)
        && (open.isEmpty() || taps().offsets().equals(other.taps().offsets()));
  }

  /** Padding before the axis that a Conv of these taps has; negative where it crops. */
  int padBegin(int axis) {
    return -taps().min(axis);
  }

  int padEnd(int axis) {
    return tail[axis] + taps().max(axis);
  }

  /** Whether the map reads zeros outside its input on any side. */
  boolean readsOutside() {
    if (open.isPresent()) {
      return true;
    }
    for (int axis = 0; axis < rank(); axis++) {
      if (padBegin(axis) > 0 || padEnd(axis) > 0) {
        return true;
      }
    }
    return false;
  }

  /** {@code this + other}: equal channels and grid are the caller's duty. */
  Affine plus(Affine other) {
    double[] sum = new double[bias.length];
    Arrays.setAll(sum, i -> bias[i] + other.bias[i]);
    Weights both =
        weights instanceof DiagonalWeights a
                && other.weights instanceof DiagonalWeights b
                && a.taps().offsets().equals(b.taps().offsets())
            ? new DiagonalWeights(add(a.factors(), b.factors()), a.taps())
            : SumWeights.of(weights, other.weights);
    return new Affine(both, sum, stride, tail, open, union(sized, other.sized));
  }

  private static double[] add(double[] a, double[] b) {
    double[] sum = new double[a.length];
    Arrays.setAll(sum, i -> a[i] + b[i]);
    return sum;
  }

  /** The same formula on another grid: equal at sizes that both tails give as many positions. */
  Affine withTail(int... other) {
    return new Affine(weights, bias, stride, other.clone(), open, sized);
  }

  Affine withoutBias() {
    return new Affine(weights, new double[bias.length], stride, tail, open, sized);
  }

  /**
   * Why {@code next} after this map is no single affine map of this map's input, or nothing if it
   * is.
   *
   * <p>Where {@code next} reads outside, it reads zero. The composition would read this map's
   * formula there instead, which is zero only if there is no bias and all of its own taps lie
   * outside as well.
   */
  Optional<String> obstacleTo(Affine next) {
    if (next.readsOutside() && hasBias()) {
      return Optional.of(
          "it is padded with zeros after a bias was added, so at the border the composition would"
              + " read the bias, not zero");
    }
    for (int axis = 0; axis < rank() && next.open.isEmpty(); axis++) {
      boolean begin = next.padBegin(axis) > 0 && taps().max(axis) >= stride[axis];
      boolean end = next.padEnd(axis) > 0 && tail[axis] + taps().min(axis) < 0;
      if (begin || end) {
        return Optional.of(
            "it is padded with zeros where a wider kernel before it would still read image, so the"
                + " border would differ");
      }
      // An image has at least one row, so that a cut of one row is never larger.
      boolean cutBefore = padBegin(axis) < -1 && next.padEnd(axis) > 0;
      boolean cutBehind = padEnd(axis) < -1 && next.padBegin(axis) > 0;
      if (cutBefore || cutBehind) {
        return Optional.of(
            "it is padded with zeros on the side opposite to where the image was cut, and an image"
                + " shorter than the cut would give more positions");
      }
    }
    return Optional.empty();
  }

  /**
   * Whether {@code next} may be behind this map at all: an image of unknown shape may be read in
   * ways that contradict each other.
   */
  boolean fits(Affine next) {
    boolean padsAreKnown =
        (open.isEmpty() || next.isPositionwise()) && (next.open.isEmpty() || isPositionwise());
    return padsAreKnown
        && rank() == next.rank()
        && weights.out() == next.weights.in()
        && !isTooLargeWith(next);
  }

  /** Whether {@link #then} would have more taps, reach farther or nest more than is looked at. */
  private boolean isTooLargeWith(Affine next) {
    boolean large = (long) taps().size() * next.taps().size() > MOST_TAPS;
    for (int axis = 0; axis < rank(); axis++) {
      long s = stride[axis];
      large |= Math.abs(s * next.taps().min(axis) + taps().min(axis)) > FARTHEST;
      large |= Math.abs(s * next.taps().max(axis) + taps().max(axis)) > FARTHEST;
      large |= Math.abs(s * next.tail[axis] + tail[axis]) > FARTHEST;
      large |= s * next.stride[axis] > FARTHEST;
    }
    return large || isFull() || next.isFull();
  }

  /** Whether so much is nested in the weights that no more should be added. */
  boolean isFull() {
    return weights.depth() >= DEEPEST || weights.nested() >= MOST_NESTED;
  }

  /** {@code next(this(x))}; exact unless {@link #obstacleTo} names an obstacle. */
  Affine then(Affine next) {
    double[] composedBias =
        hasBias() ? add(next.bias, next.weights.respondTo(bias)) : next.bias.clone();
    int[] composedStride = new int[rank()];
    int[] composedTail = new int[rank()];
    for (int axis = 0; axis < rank(); axis++) {
      composedStride[axis] = stride[axis] * next.stride[axis];
      composedTail[axis] = tail[axis] + stride[axis] * next.tail[axis];
    }
    Weights composed = ComposedWeights.of(weights, stride, next.weights);
    return new Affine(
        composed,
        composedBias,
        composedStride,
        composedTail,
        open.isPresent() ? open : next.open,
        union(sized, next.sized));
  }

  /**
   * Why this map cannot be evaluated on a grid that is larger by the pads so that the border holds
   * its bias, or nothing.
   */
  Optional<String> obstacleToExtension(int[] padBegin, int[] padEnd) {
    if (open.isPresent()) {
      return Optional.of("its auto_pad depends on the image size");
    }
    for (int axis = 0; axis < rank(); axis++) {
      boolean begin = padBegin[axis] > 0 && taps().max(axis) >= stride[axis];
      boolean end = padEnd[axis] > 0 && tail[axis] + taps().min(axis) < 0;
      if (begin || end) {
        return Optional.of("the border of a kernel wider than its stride is not its bias");
      }
    }
    return Optional.empty();
  }

  /** The same formula on a grid that is larger by the pads (smaller where they are negative). */
  Affine extended(int[] padBegin, int[] padEnd) {
    int[] newTail = new int[rank()];
    Arrays.setAll(newTail, axis -> tail[axis] + stride[axis] * (padBegin[axis] + padEnd[axis]));
    Affine shift = sampling(weights.out(), negated(padBegin), ones(), new int[rank()]);
    Weights moved = ComposedWeights.of(weights, stride, shift.weights);
    return new Affine(moved, bias, stride, newTail, open, sized);
  }

  private int[] ones() {
    int[] ones = new int[rank()];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static int[] negated(int[] values) {
    return Arrays.stream(values).map(v -> -v).toArray();
  }

  /** The output channels of several maps on one grid, one after the other. */
  static Affine stack(List<Affine> maps) {
    double[] bias = maps.stream().flatMapToDouble(m -> Arrays.stream(m.bias)).toArray();
    Affine first = maps.get(0);
    Weights stacked = new StackedWeights(maps.stream().map(Affine::weights).toList());
    Set<String> sizes = maps.stream().map(Affine::sized).reduce(Set.of(), Affine::union);
    return new Affine(stacked, bias, first.stride, first.tail, first.open, sizes);
  }
}
