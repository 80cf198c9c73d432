package io.repfold.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.repfold.graph.ElementType;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Ops that move elements and compute nothing. */
final class Movements {
  private Movements() {}

  static int axis(long axis, int rank) {
    Check.that(
        axis >= -rank && axis < rank, "axis %d is outside the %d axes of the input", axis, rank);
    return (int) (axis < 0 ? axis + rank : axis);
  }

  static Step reshape(long... dims) {
    return Step.single((in, training) -> JniUtils.reshape(in[0], dims));
  }

  static long[] reshaped(long[] x, long[] wanted, boolean allowZero) {
    long[] dims = wanted.clone();
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] == 0 && !allowZero) {
        Check.that(i < x.length, "the shape copies axis %d, which the input has not", i);
        dims[i] = x[i];
      }
    }
    return dims;
  }

  static long[] flattened(long[] x, int axis) {
    int at = axis == x.length ? axis : axis(axis, x.length);
    return new long[] {product(x, 0, at), product(x, at, x.length)};
  }

  static long product(long[] dims, int from, int to) {
    return Arrays.stream(dims, from, to).reduce(1, Math::multiplyExact);
  }

  static long[] squeezed(long[] x, long[] axes) {
    boolean[] goes = new boolean[x.length];
    for (long axis : axes) {
      goes[axis(axis, x.length)] = true;
    }
    List<Long> dims = new ArrayList<>();
    for (int i = 0; i < x.length; i++) {
      boolean removed = axes.length == 0 ? x[i] == 1 : goes[i];
      Check.that(!removed || x[i] == 1, "axis %d has size %d, not 1", i, x[i]);
      if (!removed) {
        dims.add(x[i]);
      }
    }
    return dims.stream().mapToLong(Long::longValue).toArray();
  }

  static long[] unsqueezed(long[] x, long[] axes) {
    long[] dims = new long[x.length + axes.length];
    for (long axis : axes) {
      dims[axis(axis, dims.length)] = 1;
    }
    int from = 0;
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] == 0) {
        dims[i] = x[from++];
      }
    }
    return dims;
  }

  static Step transpose(Op.Transpose op, int rank) {
    long[] order = new long[rank];
    for (int i = 0; i < rank; i++) {
      order[i] = op.permutation().isEmpty() ? rank - 1L - i : axis(op.permutation().get(i), rank);
    }
    return Step.single((in, training) -> JniUtils.permute(in[0], order));
  }

  /** Two-way broadcasting, as Expand does. */
  static Step expand(long[] x, long[] wanted) {
    int rank = Math.max(x.length, wanted.length);
    long[] from = new long[rank];
    long[] dims = new long[rank];
    for (int i = 0; i < rank; i++) {
      int own = i - rank + x.length;
      int other = i - rank + wanted.length;
      from[i] = own < 0 ? 1 : x[own];
      dims[i] = other < 0 || wanted[other] == 1 ? from[i] : wanted[other];
    }
    ai.djl.ndarray.types.Shape shape = new ai.djl.ndarray.types.Shape(dims);
    return Step.single(
        (in, training) -> {
          try (PtNDArray view = JniUtils.reshape(in[0], from)) {
            return JniUtils.broadcast(view, shape);
          }
        });
  }

  static Step tile(long[] repeats) {
    return Step.single((in, training) -> JniUtils.tile(in[0], repeats));
  }

  static Step concat(int axis, int rank) {
    int at = axis(axis, rank);
    return Step.single((in, training) -> JniUtils.cat(in, at));
  }

  /**
   * @param sizes empty for equal parts
   */
  static Step split(int axis, long[] x, long[] sizes, int parts) {
    int at = axis(axis, x.length);
    long[] bounds = new long[parts + 1];
    long part = (x[at] + parts - 1) / parts;
    for (int i = 0; i < parts; i++) {
      bounds[i + 1] = Math.min(x[at], bounds[i] + (sizes.length == 0 ? part : sizes[i]));
    }
    return (in, training) -> {
      PtNDArray[] out = new PtNDArray[parts];
      for (int i = 0; i < parts; i++) {
        out[i] = JniUtils.slice(in[0], at, bounds[i], bounds[i + 1], 1);
      }
      return out;
    };
  }

  /**
   * @param axes empty for the first ones
   * @param steps empty for 1
   */
  static Step slice(long[] x, long[] starts, long[] ends, long[] axes, long[] steps) {
    List<long[]> cuts = new ArrayList<>();
    for (int i = 0; i < starts.length; i++) {
      int axis = axis(axes.length == 0 ? i : axes[i], x.length);
      long size = x[axis];
      long step = steps.length == 0 ? 1 : steps[i];
      Check.that(step != 0, "a step of 0 goes nowhere");
      long start = starts[i] < 0 ? starts[i] + size : starts[i];
      long end = ends[i] < 0 ? ends[i] + size : ends[i];
      if (step > 0) {
        start = Math.max(0, Math.min(size, start));
        end = Math.max(start, Math.min(size, end));
        cuts.add(new long[] {axis, start, end, step, 0});
      } else {
        long first = size - 1 - Math.max(-1, Math.min(size - 1, start));
        long last = size - 1 - Math.max(-1, Math.min(size - 1, end));
        cuts.add(new long[] {axis, first, Math.max(first, last), -Math.max(step, -size - 1), 1});
      }
    }
    return Step.single(
        (in, training) -> {
          PtNDArray y = JniUtils.reshape(in[0], x);
          for (long[] cut : cuts) {
            if (cut[4] != 0) {
              y = PassArrays.replaced(y, JniUtils.flip(y, new long[] {cut[0]}));
            }
            y = PassArrays.replaced(y, JniUtils.slice(y, cut[0], cut[1], cut[2], cut[3]));
          }
          return y;
        });
  }

  static Step depthToSpace(Op.DepthToSpace op, long[] x) {
    long b = op.blockSize();
    long c = x[1] / (b * b);
    long[] dims = {x[0], c, x[2] * b, x[3] * b};
    return op.columnRowDepth()
        ? moved(new long[] {x[0], c, b, b, x[2], x[3]}, new long[] {0, 1, 4, 2, 5, 3}, dims)
        : moved(new long[] {x[0], b, b, c, x[2], x[3]}, new long[] {0, 3, 4, 1, 5, 2}, dims);
  }

  static Step spaceToDepth(Op.SpaceToDepth op, long[] x) {
    long b = op.blockSize();
    long h = x[2] / b;
    long w = x[3] / b;
    return moved(
        new long[] {x[0], x[1], h, b, w, b},
        new long[] {0, 3, 5, 1, 2, 4},
        new long[] {x[0], x[1] * b * b, h, w});
  }

  private static Step moved(long[] split, long[] order, long[] joined) {
    return Step.single(
        (in, training) -> {
          try (PtNDArray a = JniUtils.reshape(in[0], split);
              PtNDArray b = JniUtils.permute(a, order)) {
            return JniUtils.reshape(b, joined);
          }
        });
  }

  /**
   * @param pads begins of all axes, then ends
   */
  static Step pad(Op.Pad.Mode mode, long[] x, long[] pads, double value) {
    int rank = x.length;
    if (mode == Op.Pad.Mode.CONSTANT) {
      long[] reversed = reversed(pads);
      return Step.single((in, training) -> JniUtils.pad(in[0], reversed, value));
    }
    for (long pad : pads) {
      Check.that(pad >= 0, "mode %s cannot be trained with a negative pad %d", mode, pad);
    }
    return Step.single(
        (in, training) -> {
          PtNDArray y = JniUtils.reshape(in[0], x);
          for (int i = 0; i < rank; i++) {
            if (pads[i] > 0 || pads[rank + i] > 0) {
              y = PassArrays.replaced(y, bordered(mode, y, i, x[i], pads[i], pads[rank + i]));
            }
          }
          return y;
        });
  }

  private static PtNDArray bordered(
      Op.Pad.Mode mode, PtNDArray x, int axis, long size, long begin, long end) {
    List<PtNDArray> borders = new ArrayList<>();
    List<PtNDArray> parts = new ArrayList<>(List.of(x));
    if (begin > 0) {
      borders.add(border(mode, x, axis, size, begin, true));
      parts.add(0, borders.get(0));
    }
    if (end > 0) {
      borders.add(border(mode, x, axis, size, end, false));
      parts.add(borders.get(borders.size() - 1));
    }
    PtNDArray y = JniUtils.cat(parts.toArray(new PtNDArray[0]), axis);
    borders.forEach(PtNDArray::close);
    return y;
  }

  private static PtNDArray border(
      Op.Pad.Mode mode, PtNDArray x, int axis, long size, long count, boolean front) {
    if (mode == Op.Pad.Mode.EDGE) {
      long from = front ? 0 : size - 1;
      long[] repeats = new long[x.getShape().dimension()];
      Arrays.fill(repeats, 1);
      repeats[axis] = count;
      try (PtNDArray edge = JniUtils.slice(x, axis, from, from + 1, 1)) {
        return JniUtils.tile(edge, repeats);
      }
    }
    boolean reflects = mode == Op.Pad.Mode.REFLECT;
    Check.that(
        count <= (reflects ? size - 1 : size),
        "mode %s cannot add %d elements to an axis of %d",
        mode,
        count,
        size);
    if (!reflects) {
      long from = front ? size - count : 0;
      return JniUtils.slice(x, axis, from, from + count, 1);
    }
    long from = front ? 1 : size - 1 - count;
    try (PtNDArray inner = JniUtils.slice(x, axis, from, from + count, 1)) {
      return JniUtils.flip(inner, new long[] {axis});
    }
  }

  /** From ONNX's order, begins of all axes and then ends, to the engine's. */
  static long[] reversed(long[] pads) {
    int rank = pads.length / 2;
    long[] reversed = new long[pads.length];
    for (int i = 0; i < rank; i++) {
      reversed[2 * (rank - 1 - i)] = pads[i];
      reversed[2 * (rank - 1 - i) + 1] = pads[rank + i];
    }
    return reversed;
  }

  /** Operands: values, int64 indices. */
  static Step gather(int axis, long[] x, long[] indices) {
    int at = axis(axis, x.length);
    long count = product(indices, 0, indices.length);
    long[] line = new long[x.length];
    Arrays.fill(line, 1);
    line[at] = count;
    long[] spread = x.clone();
    spread[at] = count;
    long[] dims = new long[x.length - 1 + indices.length];
    System.arraycopy(x, 0, dims, 0, at);
    System.arraycopy(indices, 0, dims, at, indices.length);
    System.arraycopy(x, at + 1, dims, at + indices.length, x.length - at - 1);
    ai.djl.ndarray.types.Shape shape = new ai.djl.ndarray.types.Shape(spread);
    return Step.single(
        (in, training) -> {
          try (PtNDArray flat = PassArrays.reshape(in[0], in[1], line);
              PtNDArray all = JniUtils.broadcast(flat, shape);
              PtNDArray found = JniUtils.gather(in[0], all, at)) {
            return JniUtils.reshape(found, dims);
          }
        });
  }

  /**
   * Where each element of a ScatterND comes from, counted through the elements of the data and then
   * through those of the updates.
   */
  static NdArray sourcesOfScatter(Node scatter, long[] x, NdArray indices, long[] updates) {
    NdArray kept = counting(x, 0);
    NdArray written = counting(updates, kept.data().length);
    return Interpreter.evaluate(scatter, List.of(kept, indices, written)).get(0);
  }

  private static NdArray counting(long[] dims, int from) {
    int[] sizes = Arrays.stream(dims).mapToInt(Math::toIntExact).toArray();
    double[] numbers = new double[Math.toIntExact(product(dims, 0, dims.length))];
    Arrays.setAll(numbers, i -> from + i);
    return new NdArray(ElementType.INT64, sizes, numbers);
  }

  /** Elements of two arrays, by their numbers in the third. */
  static Step chosen(long... dims) {
    long[] flat = {-1};
    return Step.single(
        (in, training) -> {
          try (PtNDArray kept = JniUtils.reshape(in[0], flat);
              PtNDArray written = JniUtils.reshape(in[1], flat);
              PtNDArray all = JniUtils.cat(new PtNDArray[] {kept, written}, 0);
              PtNDArray sources = JniUtils.reshape(in[2], flat);
              PtNDArray found = JniUtils.gather(all, sources, 0)) {
            return JniUtils.reshape(found, dims);
          }
        });
  }
}
