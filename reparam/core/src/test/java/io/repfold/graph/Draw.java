package io.repfold.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Small random arrays, and now and then something that does not fit. */
final class Draw {
  private final SplittableRandom random;

  Draw(SplittableRandom random) {
    this.random = random;
  }

  /** From {@code from} to {@code to}, both included. */
  int between(int from, int to) {
    return from + random.nextInt(to - from + 1);
  }

  boolean coin() {
    return random.nextBoolean();
  }

  /** In one of sixteen draws: where a mistake or an extreme belongs. */
  boolean rarely() {
    return random.nextInt(16) == 0;
  }

  /** The number, rarely another one near it. */
  int near(int value) {
    return rarely() ? Math.max(0, value + between(-1, 1)) : value;
  }

  /** A size from 1 to 4, rarely 0. */
  int size() {
    return rarely() ? 0 : between(1, 4);
  }

  int[] sizes(int rank) {
    return IntStream.range(0, rank).map(i -> size()).toArray();
  }

  /** An axis of the rank, from the front or the back, rarely outside. */
  int axis(int rank) {
    return rarely() ? between(-rank - 1, rank) : rank == 0 ? 0 : between(-rank, rank - 1);
  }

  /** Axes, mostly different ones. */
  List<Integer> axes(int rank) {
    List<Integer> axes = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      if (coin()) {
        axes.add(coin() ? i : i - rank);
      }
    }
    if (rarely()) {
      axes.add(axis(rank));
    }
    return axes;
  }

  List<Integer> list(int count, int from, int to) {
    return IntStream.range(0, count).mapToObj(i -> between(from, to)).toList();
  }

  NdArray floats(int... dims) {
    return new NdArray(
        ElementType.FLOAT, dims, random.doubles(Layout.count(dims), -2, 2).toArray());
  }

  /** Whole numbers, both ends included. */
  NdArray whole(ElementType type, int from, int to, int... dims) {
    int count = Layout.count(dims);
    return new NdArray(type, dims, random.ints(count, from, to + 1).asDoubleStream().toArray());
  }

  /** The numbers as a vector, rarely one too few. */
  NdArray longs(List<? extends Number> values) {
    int count = values.isEmpty() || !rarely() ? values.size() : values.size() - 1;
    return Nodes.longs(values.stream().limit(count).mapToLong(Number::longValue).toArray());
  }

  /** A shape that stretches to the given one, rarely none that does. */
  int[] stretching(int... dims) {
    int rank = between(0, dims.length);
    int[] small = new int[rank];
    for (int i = 0; i < rank; i++) {
      small[i] = near(coin() ? dims[dims.length - rank + i] : 1);
    }
    return small;
  }

  /** An array that stretches to the shape. */
  NdArray stretchingFloats(int... dims) {
    return floats(stretching(dims));
  }

  /** One of the values. */
  @SafeVarargs
  final <T> T one(T... values) {
    return values[random.nextInt(values.length)];
  }
}
