package io.repfold.graph;

import java.util.Arrays;
import java.util.List;

/** Row-major index arithmetic, and the ops that only move elements. */
final class Layout {
  private Layout() {}

  /** Elements of an array; errors if more than an array can hold. */
  static int count(int... dims) {
    long count = 1;
    for (int dim : dims) {
      Check.that(dim >= 0, "shape %s has a negative dimension", Arrays.toString(dims));
      count *= dim;
      Check.that(
          count <= Integer.MAX_VALUE - 8,
          "shape %s has more elements than the interpreter can hold",
          Arrays.toString(dims));
    }
    return (int) count;
  }

  static NdArray zeros(ElementType type, int... dims) {
    return new NdArray(type, dims, new double[count(dims)]);
  }

  static int[] strides(int[] dims) {
    int[] strides = new int[dims.length];
    int stride = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= dims[i];
    }
    return strides;
  }

  /** The axis counted from the front; errors if it lies outside {@code [-rank, rank)}. */
  static int axis(long axis, int rank) {
    Check.that(
        axis >= -rank && axis < rank, "axis %d is outside the %d axes of the input", axis, rank);
    return (int) (axis < 0 ? axis + rank : axis);
  }

  /** Whether each axis is among {@code axes}, which may be negative. */
  static boolean[] marked(long[] axes, int rank) {
    boolean[] marked = new boolean[rank];
    for (long axis : axes) {
      Check.that(!marked[axis(axis, rank)], "axis %d is named twice", axis);
      marked[axis(axis, rank)] = true;
    }
    return marked;
  }

  static int product(int[] dims, int from, int to) {
    return count(Arrays.copyOfRange(dims, from, to));
  }

  /** Counts {@code index} up by one in row-major order; false after the last. */
  static boolean next(int[] index, int[] dims, int axes) {
    for (int i = axes - 1; i >= 0; i--) {
      if (++index[i] < dims[i]) {
        return true;
      }
      index[i] = 0;
    }
    return false;
  }

  static NdArray reshaped(NdArray x, int... dims) {
    Check.that(count(dims) == x.data().length, "cannot reshape %s to %s", x, Arrays.toString(dims));
    return new NdArray(x.type(), dims, x.data());
  }

  static NdArray transpose(NdArray x, List<Integer> permutation) {
    int rank = x.rank();
    Check.that(
        permutation.isEmpty() || permutation.size() == rank,
        "perm %s does not fit rank %d",
        permutation,
        rank);
    int[] from = new int[rank];
    for (int i = 0; i < rank; i++) {
      from[i] = permutation.isEmpty() ? rank - 1 - i : permutation.get(i);
    }
    marked(Arrays.stream(from).asLongStream().toArray(), rank);
    int[] source = strides(x.dims());
    int[] dims = new int[rank];
    int[] strides = new int[rank];
    for (int i = 0; i < rank; i++) {
      dims[i] = x.dim(axis(from[i], rank));
      strides[i] = source[axis(from[i], rank)];
    }
    return view(x, dims, strides);
  }

  /** Copies the elements at {@code index . strides}; a stride of 0 repeats. */
  static NdArray view(NdArray x, int[] dims, int[] strides) {
    NdArray y = zeros(x.type(), dims);
    if (y.data().length == 0) {
      return y;
    }
    int last = dims.length - 1;
    int[] index = new int[dims.length];
    int inner = last < 0 ? 1 : dims[last];
    int step = last < 0 ? 0 : strides[last];
    int out = 0;
    do {
      int from = 0;
      for (int i = 0; i < last; i++) {
        from += index[i] * strides[i];
      }
      for (int i = 0; i < inner; i++) {
        y.data()[out++] = x.data()[from + i * step];
      }
    } while (next(index, dims, last));
    return y;
  }

  /**
   * Picks along every axis at once: {@code y[i, j, ...] = x[picks[0][i], picks[1][j], ...]}, and
   * {@code outside} where a pick is -1.
   */
  static NdArray pick(NdArray x, int[][] picks, double outside) {
    int[] dims = Arrays.stream(picks).mapToInt(p -> p.length).toArray();
    NdArray y = zeros(x.type(), dims);
    if (y.data().length == 0) {
      return y;
    }
    int[] strides = strides(x.dims());
    int[] index = new int[dims.length];
    int last = dims.length - 1;
    int[] row = last < 0 ? new int[1] : picks[last];
    int out = 0;
    do {
      long from = 0;
      boolean inside = true;
      for (int i = 0; i < last; i++) {
        int at = picks[i][index[i]];
        inside &= at >= 0;
        from += (long) at * strides[i];
      }
      for (int at : row) {
        y.data()[out++] = inside && at >= 0 ? x.data()[(int) from + at] : outside;
      }
    } while (next(index, dims, last));
    return y;
  }

  /** The picks that leave an array as it is, to be replaced axis by axis. */
  static int[][] everything(NdArray x) {
    int[][] picks = new int[x.rank()][];
    for (int i = 0; i < picks.length; i++) {
      picks[i] = range(0, x.dim(i));
    }
    return picks;
  }

  static int[] range(int from, int to) {
    int[] range = new int[to - from];
    for (int i = 0; i < range.length; i++) {
      range[i] = from + i;
    }
    return range;
  }

  static NdArray concat(List<NdArray> parts, int axis) {
    NdArray first = parts.get(0);
    int at = axis(axis, first.rank());
    int[] dims = first.dims().clone();
    dims[at] = 0;
    for (NdArray part : parts) {
      Check.that(part.rank() == first.rank(), "cannot join %s and %s", first, part);
      for (int i = 0; i < dims.length; i++) {
        Check.that(
            i == at || part.dim(i) == dims[i], "cannot join %s and %s on axis %d", first, part, at);
      }
      dims[at] = Math.addExact(dims[at], part.dim(at));
    }
    NdArray y = zeros(first.type(), dims);
    int outer = product(dims, 0, at);
    int row = product(dims, at, dims.length);
    int start = 0;
    for (NdArray part : parts) {
      int piece = product(part.dims(), at, dims.length);
      for (int i = 0; i < outer; i++) {
        System.arraycopy(part.data(), i * piece, y.data(), i * row + start, piece);
      }
      start += piece;
    }
    return y;
  }

  static NdArray depthToSpace(NdArray x, int block, boolean columnRowDepth) {
    Check.that(x.rank() == 4, "the input must be [N, C, H, W], got %s", x);
    int n = x.dim(0);
    int c = x.dim(1) / (block * block);
    int h = x.dim(2);
    int w = x.dim(3);
    Check.that(
        c * block * block == x.dim(1),
        "%d channels are no multiple of the squared block size %d",
        x.dim(1),
        block);
    NdArray moved =
        columnRowDepth
            ? transpose(reshaped(x, n, c, block, block, h, w), List.of(0, 1, 4, 2, 5, 3))
            : transpose(reshaped(x, n, block, block, c, h, w), List.of(0, 3, 4, 1, 5, 2));
    return reshaped(moved, n, c, h * block, w * block);
  }

  static NdArray spaceToDepth(NdArray x, int block) {
    Check.that(x.rank() == 4, "the input must be [N, C, H, W], got %s", x);
    int h = x.dim(2) / block;
    int w = x.dim(3) / block;
    Check.that(
        h * block == x.dim(2) && w * block == x.dim(3),
        "height and width of %s are no multiples of the block size %d",
        x,
        block);
    int n = x.dim(0);
    int c = x.dim(1);
    NdArray split = reshaped(x, n, c, h, block, w, block);
    NdArray moved = transpose(split, List.of(0, 3, 5, 1, 2, 4));
    return reshaped(moved, n, c * block * block, h, w);
  }
}
