package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** What a Slice takes, as it says it: starts and ends may be negative or beyond the axis. */
record SliceBounds(long[] starts, long[] ends, long[] axes, long[] steps) {
  /**
   * Nothing if one is computed at run time, or without axes as inputs: then the batch is the first
   * of them.
   */
  static Optional<SliceBounds> of(Graph graph, Node node, Op.Slice slice) {
    return slice.bounds().map(SliceBounds::of).or(() -> ofInputs(graph, node));
  }

  private static SliceBounds of(Op.Slice.Bounds bounds) {
    long[] starts = longs(bounds.starts());
    long[] axes = bounds.axes().stream().mapToLong(Integer::longValue).toArray();
    return new SliceBounds(starts, longs(bounds.ends()), axes, ones(starts.length));
  }

  private static long[] longs(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  private static long[] ones(int count) {
    long[] ones = new long[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static Optional<SliceBounds> ofInputs(Graph graph, Node node) {
    Optional<long[]> starts = graph.constant(node.input(1)).map(Tensor::toLongs);
    Optional<long[]> ends = graph.constant(node.input(2)).map(Tensor::toLongs);
    Optional<long[]> axes = graph.constant(node.input(3)).map(Tensor::toLongs);
    Optional<long[]> steps =
        node.input(4).isEmpty()
            ? starts.map(s -> ones(s.length))
            : graph.constant(node.input(4)).map(Tensor::toLongs);
    return starts.isPresent() && ends.isPresent() && axes.isPresent() && steps.isPresent()
        ? Optional.of(new SliceBounds(starts.get(), ends.get(), axes.get(), steps.get()))
        : Optional.empty();
  }

  /** Whether there is one of each an axis. */
  boolean fit() {
    return IntStream.of(starts.length, ends.length, steps.length)
        .allMatch(length -> length == axes.length);
  }

  /**
   * The elements that are taken along an axis of known length, in their order.
   *
   * @param rank of what is sliced
   */
  int[] taken(int axis, int rank, int length) {
    int[] all = IntStream.range(0, length).toArray();
    for (int i = 0; i < axes.length; i++) {
      if (Math.floorMod(axes[i], (long) rank) == axis) {
        all = taken(i, length);
      }
    }
    return all;
  }

  private int[] taken(int which, int length) {
    boolean forward = steps[which] > 0;
    long start = clamp(starts[which], length, forward ? 0 : -1, forward ? length : length - 1);
    long end = clamp(ends[which], length, forward ? 0 : -1, forward ? length : length - 1);
    IntStream.Builder taken = IntStream.builder();
    for (long at = start; forward ? at < end : at > end; at += steps[which]) {
      taken.add((int) at);
    }
    return taken.build().toArray();
  }

  private static long clamp(long index, int length, long least, long most) {
    return Math.max(least, Math.min(most, index < 0 ? index + length : index));
  }
}
