package io.repfold.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Ops that reshape, cut and repeat, with the rules by which ONNX writes their parameters. */
final class ShapeMath {
  private ShapeMath() {}

  static NdArray reshape(NdArray x, long[] shape, boolean allowZero) {
    int[] dims = new int[shape.length];
    int inferred = -1;
    long known = 1;
    for (int i = 0; i < shape.length; i++) {
      long size = shape[i];
      if (size == 0 && !allowZero) {
        Check.that(i < x.rank(), "shape %s copies axis %d of %s", Arrays.toString(shape), i, x);
        size = x.dim(i);
      }
      if (size == -1) {
        Check.that(inferred < 0, "shape %s has more than one -1", Arrays.toString(shape));
        inferred = i;
        continue;
      }
      Check.that(
          size >= 0 && size <= Integer.MAX_VALUE,
          "shape %s holds %d; only -1, 0 and sizes are allowed",
          Arrays.toString(shape),
          size);
      dims[i] = (int) size;
      known *= size;
    }
    if (inferred >= 0) {
      Check.that(
          known > 0 && x.data().length % known == 0,
          "cannot reshape %s to %s",
          x,
          Arrays.toString(shape));
      dims[inferred] = (int) (x.data().length / known);
    }
    return Layout.reshaped(x, dims);
  }

  static NdArray flatten(NdArray x, int axis) {
    int split = axis == x.rank() ? axis : Layout.axis(axis, x.rank());
    return Layout.reshaped(
        x, Layout.product(x.dims(), 0, split), Layout.product(x.dims(), split, x.rank()));
  }

  static NdArray unsqueeze(NdArray x, long[] axes) {
    int rank = x.rank() + axes.length;
    boolean[] added = Layout.marked(axes, rank);
    int[] dims = new int[rank];
    int from = 0;
    for (int i = 0; i < rank; i++) {
      dims[i] = added[i] ? 1 : x.dim(from++);
    }
    return Layout.reshaped(x, dims);
  }

  /**
   * @param axes empty for all of size 1
   */
  static NdArray squeeze(NdArray x, long[] axes) {
    boolean[] removed = Layout.marked(axes, x.rank());
    for (int i = 0; axes.length == 0 && i < removed.length; i++) {
      removed[i] = x.dim(i) == 1;
    }
    return ReductionMath.without(x, removed);
  }

  static NdArray expand(NdArray x, long[] shape) {
    int[] wanted = ints(shape);
    return ElementwiseMath.expand(x, ElementwiseMath.broadcastDims(x.dims(), wanted));
  }

  static NdArray tile(NdArray x, long[] repeats) {
    Check.that(repeats.length == x.rank(), "repeats %s do not fit %s", Arrays.toString(repeats), x);
    int[][] picks = new int[x.rank()][];
    for (int i = 0; i < picks.length; i++) {
      int size = x.dim(i);
      picks[i] = new int[Layout.count(size, ints(repeats)[i])];
      Arrays.setAll(picks[i], at -> at % size);
    }
    return Layout.pick(x, picks, 0);
  }

  /**
   * @param axes empty for the first ones
   * @param steps empty for 1
   */
  static NdArray slice(NdArray x, long[] starts, long[] ends, long[] axes, long[] steps) {
    Check.that(
        starts.length == ends.length
            && (axes.length == 0 || axes.length == starts.length)
            && (steps.length == 0 || steps.length == starts.length),
        "starts, ends, axes and steps have %d, %d, %d and %d elements; they must agree",
        starts.length,
        ends.length,
        axes.length,
        steps.length);
    int[][] picks = Layout.everything(x);
    for (int i = 0; i < starts.length; i++) {
      int axis = Layout.axis(axes.length == 0 ? i : axes[i], x.rank());
      picks[axis] = picks(x.dim(axis), starts[i], ends[i], steps.length == 0 ? 1 : steps[i]);
    }
    return Layout.pick(x, picks, 0);
  }

  /** The indices of a slice: negative bounds count from the end, all are clamped to the axis. */
  private static int[] picks(int size, long start, long end, long step) {
    Check.that(step != 0, "a step of 0 goes nowhere");
    long low = step > 0 ? 0 : -1;
    long high = step > 0 ? size : size - 1;
    long first = Math.max(0, start < 0 ? start + size : start);
    first = Math.min(high, first);
    long last = Math.min(high, Math.max(low, end < 0 ? end + size : end));
    List<Integer> picks = new ArrayList<>();
    if (step > 0) {
      for (long i = first; i < last; i += Math.min(step, size + 1L)) {
        picks.add((int) i);
      }
    } else {
      for (long i = first; i > last; i += Math.max(step, -size - 1L)) {
        picks.add((int) i);
      }
    }
    return picks.stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * @param sizes empty for equal parts, of which the last may be smaller
   */
  static List<NdArray> split(NdArray x, int axis, long[] sizes, int parts) {
    int at = Layout.axis(axis, x.rank());
    Check.that(
        sizes.length == 0 || sizes.length == parts,
        "%d parts do not fit %d outputs",
        sizes.length,
        parts);
    int part = parts == 0 ? 0 : (x.dim(at) + parts - 1) / parts;
    List<NdArray> results = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < parts; i++) {
      int size = sizes.length == 0 ? Math.min(part, x.dim(at) - start) : ints(sizes)[i];
      Check.that(
          size >= 0 && size <= x.dim(at) - start,
          "parts %s do not fit %d elements of axis %d",
          sizes.length == 0 ? parts : Arrays.toString(sizes),
          x.dim(at),
          at);
      int[][] picks = Layout.everything(x);
      picks[at] = Layout.range(start, start + size);
      results.add(Layout.pick(x, picks, 0));
      start += size;
    }
    Check.that(
        start == x.dim(at),
        "parts %s leave out elements of axis %d, which has %d",
        Arrays.toString(sizes),
        at,
        x.dim(at));
    return results;
  }

  /**
   * Pads or, where negative, crops. Cropping comes first, so that the other modes copy what is
   * left.
   *
   * @param pads begins and then ends, of {@code axes}
   * @param axes empty for all
   */
  static NdArray pad(NdArray x, Op.Pad.Mode mode, long[] pads, double value, long[] axes) {
    int count = axes.length == 0 ? x.rank() : axes.length;
    Check.that(
        pads.length == 2 * count, "pads %s do not fit %d axes", Arrays.toString(pads), count);
    Layout.marked(axes, x.rank());
    int[][] picks = Layout.everything(x);
    for (int i = 0; i < count; i++) {
      int axis = Layout.axis(axes.length == 0 ? i : axes[i], x.rank());
      picks[axis] = padded(mode, x.dim(axis), pads[i], pads[count + i]);
    }
    return Layout.pick(x, picks, value);
  }

  private static int[] padded(Op.Pad.Mode mode, int size, long begin, long end) {
    long cropBegin = Math.max(0, -begin);
    long left = size - cropBegin - Math.max(0, -end);
    Check.that(left >= 0, "pads %d and %d crop more than the %d elements", begin, end, size);
    Check.that(
        left > 0 || mode == Op.Pad.Mode.CONSTANT || (begin <= 0 && end <= 0),
        "mode %s cannot pad an empty axis",
        mode);
    int[] picks = new int[Math.toIntExact(size + begin + end)];
    for (int i = 0; i < picks.length; i++) {
      long at = source(mode, i - Math.max(0, begin), left);
      picks[i] = (int) (at < 0 ? -1 : at + cropBegin);
    }
    return picks;
  }

  private static long source(Op.Pad.Mode mode, long at, long size) {
    if (at >= 0 && at < size) {
      return at;
    }
    return switch (mode) {
      case CONSTANT -> -1;
      case EDGE -> at < 0 ? 0 : size - 1;
      case WRAP -> Math.floorMod(at, size);
      case REFLECT -> {
        long period = Math.max(1, 2 * (size - 1));
        long phase = Math.floorMod(at, period);
        yield Math.min(phase, period - phase);
      }
    };
  }

  static NdArray range(NdArray start, NdArray limit, NdArray delta) {
    NdArray y = Layout.zeros(start.type(), rangeSize(start, limit, delta));
    double first = start.data()[0];
    double step = delta.data()[0];
    Arrays.setAll(y.data(), i -> first + i * step);
    return y;
  }

  /** How many numbers lie from the start to before the limit. */
  static int rangeSize(NdArray start, NdArray limit, NdArray delta) {
    for (NdArray bound : List.of(start, limit, delta)) {
      Check.that(bound.data().length == 1, "start, limit and delta are one number, got %s", bound);
    }
    double step = delta.data()[0];
    Check.that(step != 0, "a step of 0 goes nowhere");
    double count = Math.max(0, Math.ceil((limit.data()[0] - start.data()[0]) / step));
    Check.that(count < Integer.MAX_VALUE - 8, "the range has %.0f elements, too many", count);
    return (int) count;
  }

  static int[] ints(long[] values) {
    int[] ints = new int[values.length];
    for (int i = 0; i < ints.length; i++) {
      Check.that(
          values[i] >= 0 && values[i] <= Integer.MAX_VALUE,
          "%s holds %d, which is no size",
          Arrays.toString(values),
          values[i]);
      ints[i] = (int) values[i];
    }
    return ints;
  }
}
