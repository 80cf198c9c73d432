package io.repfold.fold;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * The offsets at which an affine map reads its input, relative to {@code stride * position}, one
 * number a spatial axis.
 *
 * <p>Offsets are distinct and in lexicographic order. On each axis they lie on the lattice {@code
 * first + step * i}.
 */
final class Taps {
  private final int rank;
  private final List<List<Integer>> offsets;
  private final Map<List<Integer>, Integer> index = new HashMap<>();
  private final int[] min;
  private final int[] max;
  private final int[] step;

  private Taps(int rank, List<List<Integer>> offsets) {
    this.rank = rank;
    this.offsets = List.copyOf(offsets);
    this.min = new int[rank];
    this.max = new int[rank];
    this.step = new int[rank];
    for (int i = 0; i < offsets.size(); i++) {
      index.put(offsets.get(i), i);
    }
    for (int axis = 0; axis < rank; axis++) {
      measure(axis);
    }
  }

  private void measure(int axis) {
    if (offsets.isEmpty()) {
      step[axis] = 1;
      return;
    }
    min[axis] = Integer.MAX_VALUE;
    max[axis] = Integer.MIN_VALUE;
    for (List<Integer> offset : offsets) {
      min[axis] = Math.min(min[axis], offset.get(axis));
      max[axis] = Math.max(max[axis], offset.get(axis));
    }
    int gcd = 0;
    for (List<Integer> offset : offsets) {
      gcd = gcd(gcd, offset.get(axis) - min[axis]);
    }
    step[axis] = gcd == 0 ? 1 : gcd;
  }

  static Taps of(int rank, Iterable<List<Integer>> offsets) {
    var sorted = new TreeSet<List<Integer>>(Taps::compare);
    offsets.forEach(sorted::add);
    return new Taps(rank, new ArrayList<>(sorted));
  }

  /** The single tap at offset 0. */
  static Taps origin(int rank) {
    return of(rank, List.of(java.util.Collections.nCopies(rank, 0)));
  }

  /** The taps {@code first + step * i}, {@code 0 <= i < count}, of every axis. */
  static Taps grid(int[] first, int[] step, int[] count) {
    List<List<Integer>> offsets = new ArrayList<>();
    offsets.add(List.of());
    for (int axis = 0; axis < count.length; axis++) {
      List<List<Integer>> longer = new ArrayList<>();
      for (List<Integer> prefix : offsets) {
        for (int i = 0; i < count[axis]; i++) {
          List<Integer> offset = new ArrayList<>(prefix);
          offset.add(first[axis] + step[axis] * i);
          longer.add(List.copyOf(offset));
        }
      }
      offsets = longer;
    }
    return of(count.length, offsets);
  }

  private static int compare(List<Integer> a, List<Integer> b) {
    for (int i = 0; i < a.size(); i++) {
      int order = Integer.compare(a.get(i), b.get(i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  int rank() {
    return rank;
  }

  int size() {
    return offsets.size();
  }

  List<List<Integer>> offsets() {
    return offsets;
  }

  int indexOf(List<Integer> offset) {
    return index.getOrDefault(offset, -1);
  }

  Taps union(Taps other) {
    List<List<Integer>> all = new ArrayList<>(offsets);
    all.addAll(other.offsets);
    return of(rank, all);
  }

  Taps map(UnaryOperator<List<Integer>> change) {
    return of(rank, offsets.stream().map(change).toList());
  }

  int min(int axis) {
    return min[axis];
  }

  int max(int axis) {
    return max[axis];
  }

  /**
   * The dilation of the smallest kernel that holds all taps: the gcd of the differences; 1 for a
   * single row.
   */
  int step(int axis) {
    return step[axis];
  }

  /** The size of that kernel. */
  int extent(int axis) {
    return (max(axis) - min(axis)) / step(axis) + 1;
  }

  /**
   * Weights that the kernel holds for one pair of channels, the zeros between the taps included.
   */
  long kernelSize() {
    double size = 1;
    for (int axis = 0; axis < rank; axis++) {
      size *= extent(axis);
    }
    return (long) size;
  }

  boolean isOrigin() {
    return offsets.size() == 1 && offsets.get(0).stream().allMatch(o -> o == 0);
  }

  static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
