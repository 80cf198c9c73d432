package io.repfold.fold;

import io.repfold.graph.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * {@code y = factors x + shifts}, element by element, where both are equal along most axes.
 *
 * @param dims one an axis of x: its length where the numbers differ along it, and 1 where not
 * @param factors row-major, {@code dims}
 * @param shifts row-major, {@code dims}
 */
record Scale(int[] dims, double[] factors, double[] shifts) {
  /** More numbers are no scale of channels. */
  static final int LARGEST = 1 << 22;

  /**
   * What a map does to a value.
   *
   * @param map {@linkplain Affine#isScale() a scale}
   * @param rank of the value
   */
  static Scale of(Affine map, ChannelAxis axis, int rank) {
    int[] dims = new int[rank];
    Arrays.fill(dims, 1);
    dims[axis.index(rank)] = map.bias().length;
    double[] factors = map.weights().diagonal().orElseThrow();
    return new Scale(dims, factors.clone(), map.bias().clone()).collapsed();
  }

  int rank() {
    return dims.length;
  }

  boolean hasNoShift() {
    return Arrays.stream(shifts).allMatch(s -> s == 0);
  }

  /** Whether a factor is not 1. */
  boolean multiplies() {
    return Arrays.stream(factors).anyMatch(f -> f != 1);
  }

  boolean isIdentity() {
    return hasNoShift() && !multiplies();
  }

  boolean varies(int axis) {
    return dims[axis] > 1;
  }

  /** Whether it differs along this axis at most. */
  boolean variesOnlyAlong(int axis) {
    for (int i = 0; i < dims.length; i++) {
      if (i != axis && varies(i)) {
        return false;
      }
    }
    return true;
  }

  /** {@code next(this(x))}. */
  Scale then(Scale next) {
    return new Scale(
        next.broadcast(dims),
        next.withoutShift().appliedTo(factors, dims),
        next.appliedTo(shifts, dims));
  }

  Scale withNegatedShift() {
    return new Scale(dims, factors, Arrays.stream(shifts).map(s -> -s).toArray());
  }

  Scale withoutShift() {
    return new Scale(dims, factors, new double[shifts.length]);
  }

  /** With axis {@code order[i]} in place {@code i}. */
  Scale permuted(List<Integer> order) {
    int[] permuted = new int[dims.length];
    Arrays.setAll(permuted, i -> dims[order.get(i)]);
    int[] index = new int[factors.length];
    int[] position = new int[dims.length];
    for (int i = 0; i < index.length; i++) {
      int source = 0;
      int[] at = position(i, permuted);
      for (int axis = 0; axis < dims.length; axis++) {
        position[order.get(axis)] = at[axis];
      }
      for (int axis = 0; axis < dims.length; axis++) {
        source = source * dims[axis] + position[axis];
      }
      index[i] = source;
    }
    return picked(permuted, index);
  }

  /** The numbers for these places along an axis, in their order. */
  Scale taken(int axis, int... places) {
    if (!varies(axis)) {
      return this;
    }
    int[] shape = dims.clone();
    shape[axis] = places.length;
    int inner = inner(axis);
    int[] index = new int[factors.length / dims[axis] * places.length];
    for (int i = 0; i < index.length; i++) {
      int outer = i / inner / places.length;
      int place = places[i / inner % places.length];
      index[i] = (outer * dims[axis] + place) * inner + i % inner;
    }
    return picked(shape, index).collapsed();
  }

  /**
   * An axis of this length whose elements at {@code places} have these numbers, the others none.
   */
  Scale placed(int axis, int length, int... places) {
    Scale full = spread(axis, places.length);
    int inner = full.inner(axis);
    int[] shape = full.dims.clone();
    shape[axis] = length;
    int count = full.factors.length / places.length * length;
    double[] f = new double[count];
    double[] s = new double[count];
    Arrays.fill(f, 1);
    for (int i = 0; i < full.factors.length; i++) {
      int outer = i / inner / places.length;
      int target = (outer * length + places[i / inner % places.length]) * inner + i % inner;
      f[target] = full.factors[i];
      s[target] = full.shifts[i];
    }
    return new Scale(shape, f, s);
  }

  /** The same numbers, written out along an axis where they are equal. */
  Scale spread(int axis, int length) {
    if (dims[axis] == length) {
      return this;
    }
    int[] shape = dims.clone();
    shape[axis] = length;
    int inner = inner(axis);
    int[] index = new int[Math.multiplyExact(factors.length, length)];
    for (int i = 0; i < index.length; i++) {
      index[i] = i / inner / length * inner + i % inner;
    }
    return picked(shape, index);
  }

  /** The same numbers under other dims, of as many elements. */
  Scale reshaped(int... shape) {
    return new Scale(shape.clone(), factors, shifts).collapsed();
  }

  /** With length 1 for axes along which nothing differs. */
  Scale collapsed() {
    Scale collapsed = this;
    for (int axis = 0; axis < dims.length; axis++) {
      if (collapsed.varies(axis) && collapsed.isEqualAlong(axis)) {
        int[] shape = collapsed.dims.clone();
        shape[axis] = 1;
        int inner = collapsed.inner(axis);
        int length = collapsed.dims[axis];
        int[] index = new int[collapsed.factors.length / length];
        Arrays.setAll(index, i -> i / inner * length * inner + i % inner);
        collapsed = collapsed.picked(shape, index);
      }
    }
    return collapsed;
  }

  private boolean isEqualAlong(int axis) {
    int inner = inner(axis);
    for (int i = 0; i < factors.length; i++) {
      int first = i / inner / dims[axis] * dims[axis] * inner + i % inner;
      if (factors[i] != factors[first] || shifts[i] != shifts[first]) {
        return false;
      }
    }
    return true;
  }

  private int inner(int axis) {
    int inner = 1;
    for (int i = axis + 1; i < dims.length; i++) {
      inner *= dims[i];
    }
    return inner;
  }

  private Scale picked(int[] shape, int... index) {
    double[] f = new double[index.length];
    double[] s = new double[index.length];
    Arrays.setAll(f, i -> factors[index[i]]);
    Arrays.setAll(s, i -> shifts[index[i]]);
    return new Scale(shape, f, s);
  }

  private static int[] position(int index, int... dims) {
    int[] position = new int[dims.length];
    for (int axis = dims.length - 1, rest = index; axis >= 0; axis--) {
      position[axis] = rest % dims[axis];
      rest /= dims[axis];
    }
    return position;
  }

  /** The constant {@code factors c + shifts}, broadcast; {@code c} has this rank. */
  double[] appliedTo(double[] c, int... cDims) {
    int[] shape = broadcast(cDims);
    double[] result = new double[Math.toIntExact(Tensor.count(longs(shape)))];
    for (int i = 0; i < result.length; i++) {
      int[] at = position(i, shape);
      int own = offset(at, dims);
      result[i] = factors[own] * c[offset(at, cDims)] + shifts[own];
    }
    return result;
  }

  int[] broadcast(int... other) {
    int[] shape = new int[dims.length];
    Arrays.setAll(shape, i -> Math.max(dims[i], other[i]));
    return shape;
  }

  private static int offset(int[] position, int... dims) {
    int offset = 0;
    for (int axis = 0; axis < dims.length; axis++) {
      offset = offset * dims[axis] + (dims[axis] == 1 ? 0 : position[axis]);
    }
    return offset;
  }

  static long[] longs(int... values) {
    return Arrays.stream(values).asLongStream().toArray();
  }
}
