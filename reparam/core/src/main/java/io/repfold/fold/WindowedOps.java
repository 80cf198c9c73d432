package io.repfold.fold;

import io.repfold.fold.Linearity.Linear;
import io.repfold.fold.Linearity.NotLinear;
import io.repfold.fold.Linearity.Operand;
import io.repfold.fold.Linearity.Refused;
import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Window;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The affine maps of the ops that look at more than one position: Conv, AveragePool, Pad and Slice.
 */
final class WindowedOps {
  private final Facts facts;
  private final Graph graph;
  private final EmptyMaps emptyMaps;

  WindowedOps(Facts facts) {
    this.facts = facts;
    this.emptyMaps = new EmptyMaps(facts);
    this.graph = facts.graph();
  }

  Linearity conv(Node node, Op.Conv conv) {
    Optional<Tensor> weight = graph.constant(node.input(1));
    if (weight.isEmpty()) {
      return new Refused(facts.notConstant(node.input(1)));
    }
    Tensor w = weight.get();
    if (!w.type().isFloat() || w.rank() < 3 || w.size() == 0) {
      return new NotLinear();
    }
    int rank = w.rank() - 2;
    int[] kernel = axes(rank, axis -> Math.toIntExact(w.dim(axis + 2)));
    if (isTooLarge(conv.window(), kernel)) {
      return new Refused(
          "its window has more than %d elements, or reaches farther than %d"
              .formatted(Affine.MOST_TAPS, Affine.FARTHEST));
    }
    Optional<int[][]> pads = pads(node, conv.window(), kernel);
    double[] bias = new double[Math.toIntExact(w.dim(0))];
    if (!node.input(2).isEmpty()) {
      Optional<Tensor> constant = graph.constant(node.input(2));
      if (constant.isEmpty()) {
        return new Refused(facts.notConstant(node.input(2)));
      }
      bias = facts.exact().of(constant.get());
    }
    int[] dilation = axes(rank, conv.window()::dilation);
    int[] stride = axes(rank, conv.window()::stride);
    if (pads.isEmpty()) {
      Weights anywhere =
          StoredWeights.of(w, facts.exact().reader(w), conv.groups(), new int[rank], dilation);
      return windowed(node, Affine.withOpenPadding(anywhere, bias, conv.window()));
    }
    Weights weights =
        StoredWeights.of(
            w, facts.exact().reader(w), conv.groups(), negated(pads.get()[0]), dilation);
    Affine map = new Affine(weights, bias, stride, tail(pads.get()[1], weights.taps()));
    return windowed(node, isSizedBy(conv.window(), rank) ? map.sizedBy(node.input(0)) : map);
  }

  Linearity averagePool(Node node, Op.AveragePool pool) {
    OptionalInt channels = facts.channels(node.input(0), ChannelAxis.SECOND);
    if (channels.isEmpty()) {
      return new NotLinear();
    }
    int rank = pool.kernel().size();
    int[] kernel = axes(rank, pool.kernel()::get);
    if (isTooLarge(pool.window(), kernel)) {
      return new NotLinear();
    }
    Optional<int[][]> pads = pads(node, pool.window(), kernel);
    if (pads.isEmpty()) {
      return autoPadRefused();
    }
    boolean padded =
        IntStream.concat(Arrays.stream(pads.get()[0]), Arrays.stream(pads.get()[1]))
            .anyMatch(p -> p != 0);
    if (padded && !pool.countIncludePad()) {
      return new Refused(
          "count_include_pad is 0 and it is padded, so at the border it divides by fewer elements,"
              + " which is no convolution");
    }
    if (pool.ceilMode() && !ceilAddsNothing(node, pool, pads.get())) {
      return new Refused("ceil_mode may add a last position that divides by fewer elements");
    }
    int[] dilation = axes(rank, pool.window()::dilation);
    Taps taps = Taps.grid(negated(pads.get()[0]), dilation, kernel);
    Weights weights = DiagonalWeights.uniform(channels.getAsInt(), 1.0 / taps.size(), taps);
    int[] stride = axes(rank, pool.window()::stride);
    Affine map =
        new Affine(weights, new double[channels.getAsInt()], stride, tail(pads.get()[1], taps));
    boolean strides = Arrays.stream(stride).anyMatch(s -> s > 1);
    boolean sized = isSizedBy(pool.window(), rank) || pool.ceilMode() && strides;
    return emptyMaps.refusal(node).orElse(windowed(node, sized ? map.sizedBy(node.input(0)) : map));
  }

  /** Whether the pads depend on the size of the image. */
  private static boolean isSizedBy(Window window, int rank) {
    return window.autoPad() != Window.AutoPad.NOTSET
        && window.autoPad() != Window.AutoPad.VALID
        && IntStream.range(0, rank).anyMatch(axis -> window.stride(axis) > 1);
  }

  private static boolean isTooLarge(Window window, int[] kernel) {
    double taps = 1;
    boolean far = window.pads().stream().anyMatch(p -> Math.abs((long) p) > Affine.FARTHEST);
    for (int axis = 0; axis < kernel.length; axis++) {
      taps *= kernel[axis];
      far |= (long) window.dilation(axis) * kernel[axis] > Affine.FARTHEST;
      far |= window.stride(axis) > Affine.FARTHEST;
    }
    return far || taps > Affine.MOST_TAPS;
  }

  private boolean ceilAddsNothing(Node node, Op.AveragePool pool, int[][] pads) {
    Optional<Shape> shape = facts.shape(node.input(0));
    for (int axis = 0; axis < pool.kernel().size(); axis++) {
      int stride = pool.window().stride(axis);
      if (stride == 1) {
        continue;
      }
      if (shape.isEmpty() || !(shape.get().dim(axis + 2) instanceof Dim.Known size)) {
        return false;
      }
      int reach = pool.window().dilation(axis) * (pool.kernel().get(axis) - 1) + 1;
      if ((size.size() + pads[0][axis] + pads[1][axis] - reach) % stride != 0) {
        return false;
      }
    }
    return true;
  }

  Linearity pad(Node node, Op.Pad pad) {
    OptionalInt rank = facts.spatialRank(node.input(0), ChannelAxis.SECOND);
    OptionalInt channels = facts.channels(node.input(0), ChannelAxis.SECOND);
    if (rank.isEmpty() || channels.isEmpty() || pad.mode() != Op.Pad.Mode.CONSTANT) {
      return new NotLinear();
    }
    Optional<int[]> amounts = PadAmounts.of(graph, node, pad, rank.getAsInt() + 2);
    Optional<Double> value = PadAmounts.value(graph, node, pad);
    if (amounts.isEmpty() || value.isEmpty()) {
      return new NotLinear();
    }
    int all = rank.getAsInt() + 2;
    int[] a = amounts.get();
    if (a[0] != 0 || a[1] != 0 || a[all] != 0 || a[all + 1] != 0) {
      return new NotLinear();
    }
    if (value.get() != 0) {
      return new NotLinear();
    }
    int[] begin = Arrays.copyOfRange(a, 2, all);
    int[] end = Arrays.copyOfRange(a, all + 2, 2 * all);
    Affine map = Affine.identity(channels.getAsInt(), rank.getAsInt()).extended(begin, end);
    return emptyMaps.refusal(node).orElse(images(node, map, Carrier.NONE));
  }

  /**
   * Sampling of spatial axes: {@code x[:, :, a:b:s]} with positive steps, ends counted from the end
   * of the axis.
   */
  Linearity slice(Node node, Op.Slice slice) {
    OptionalInt rank = facts.spatialRank(node.input(0), ChannelAxis.SECOND);
    OptionalInt channels = facts.channels(node.input(0), ChannelAxis.SECOND);
    Optional<SliceBounds> bounds = SliceBounds.of(graph, node, slice);
    if (rank.isEmpty() || channels.isEmpty() || bounds.isEmpty() || !bounds.get().fit()) {
      return new NotLinear();
    }
    int[] first = new int[rank.getAsInt()];
    int[] step = axes(first.length, axis -> 1);
    int[] tail = new int[first.length];
    boolean sized = false;
    for (int i = 0; i < bounds.get().axes().length; i++) {
      int all = rank.getAsInt() + 2;
      long axis =
          bounds.get().axes()[i] < 0 ? bounds.get().axes()[i] + all : bounds.get().axes()[i];
      if (axis < 2 || axis >= all) {
        return new NotLinear();
      }
      long start = bounds.get().starts()[i];
      long cut = cutAtEnd(node, bounds.get().ends()[i], (int) axis);
      sized |= bounds.get().ends()[i] >= 0 && bounds.get().ends()[i] < Integer.MAX_VALUE;
      long stride = bounds.get().steps()[i];
      if (start < 0
          || cut < 0
          || stride < 1
          || Math.max(Math.max(start, cut), stride) > Affine.FARTHEST) {
        return new NotLinear();
      }
      first[(int) axis - 2] = (int) start;
      step[(int) axis - 2] = (int) stride;
      tail[(int) axis - 2] = (int) -(start + cut);
    }
    Affine map = Affine.sampling(channels.getAsInt(), first, step, tail);
    return emptyMaps
        .refusal(node)
        .orElse(images(node, sized ? map.sizedBy(node.input(0)) : map, Carrier.NONE));
  }

  /**
   * How many elements the slice leaves out at the end of an axis; negative if that depends on the
   * axis' unknown length.
   */
  private long cutAtEnd(Node node, long end, int axis) {
    if (end >= Integer.MAX_VALUE) {
      return 0;
    }
    if (end < 0) {
      return -end;
    }
    Optional<Shape> shape = facts.shape(node.input(0));
    return shape.isPresent() && shape.get().dim(axis) instanceof Dim.Known known
        ? Math.max(0, known.size() - end)
        : -1;
  }

  private static Linear windowed(Node node, Affine map) {
    return images(node, map, Carrier.CONV);
  }

  private static Linear images(Node node, Affine map, Carrier carrier) {
    return new Linear(List.of(new Operand(node.input(0), map)), carrier, ChannelAxis.SECOND);
  }

  private static Refused autoPadRefused() {
    return new Refused("its auto_pad depends on the image size; give --shape");
  }

  /** Begins and ends; empty if {@code auto_pad} makes them depend on a size that is not known. */
  private Optional<int[][]> pads(Node node, Window window, int[] kernel) {
    int rank = kernel.length;
    if (window.autoPad() == Window.AutoPad.NOTSET || window.autoPad() == Window.AutoPad.VALID) {
      return Optional.of(new int[][] {axes(rank, window::padBegin), axes(rank, window::padEnd)});
    }
    int[][] pads = new int[2][rank];
    for (int axis = 0; axis < rank; axis++) {
      int reach = window.dilation(axis) * (kernel[axis] - 1) + 1;
      int stride = window.stride(axis);
      long total = reach - 1L;
      if (stride > 1) {
        Optional<Shape> shape = facts.shape(node.input(0));
        if (shape.isEmpty() || !(shape.get().dim(axis + 2) instanceof Dim.Known known)) {
          return Optional.empty();
        }
        long positions = (known.size() + stride - 1) / stride;
        total = Math.max(0, (positions - 1) * stride + reach - known.size());
      }
      int smaller = (int) (total / 2);
      int larger = (int) total - smaller;
      boolean upper = window.autoPad() == Window.AutoPad.SAME_UPPER;
      pads[0][axis] = upper ? smaller : larger;
      pads[1][axis] = upper ? larger : smaller;
    }
    return Optional.of(pads);
  }

  private static int[] tail(int[] padEnd, Taps taps) {
    return axes(padEnd.length, axis -> padEnd[axis] - taps.max(axis));
  }

  private static int[] axes(int rank, java.util.function.IntUnaryOperator value) {
    int[] values = new int[rank];
    Arrays.setAll(values, value);
    return values;
  }

  private static int[] negated(int[] values) {
    return Arrays.stream(values).map(v -> -v).toArray();
  }
}
