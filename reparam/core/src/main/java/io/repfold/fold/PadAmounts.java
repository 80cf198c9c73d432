package io.repfold.fold;

import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** What a Pad adds, as it says it: with attributes or inputs, for all axes or for some. */
final class PadAmounts {
  private PadAmounts() {}

  /**
   * The pads of all axes, begins and then ends. Nothing if they are computed at run time, or one is
   * larger than any image.
   */
  static Optional<int[]> of(Graph graph, Node node, Op.Pad pad, int rank) {
    if (pad.pads().isPresent()) {
      List<Long> all = pad.pads().get();
      return all.size() == 2 * rank
          ? ints(all.stream().mapToLong(Long::longValue).toArray())
          : Optional.empty();
    }
    Optional<Tensor> tensor = graph.constant(node.input(1));
    if (tensor.isEmpty()) {
      return Optional.empty();
    }
    long[] given = tensor.get().toLongs();
    long[] amounts = new long[2 * rank];
    Optional<int[]> axes = axes(graph, node.input(3), rank);
    if (axes.isEmpty()
        || 2 * axes.get().length != given.length
        || Arrays.stream(axes.get()).anyMatch(a -> a < 0 || a >= rank)) {
      return Optional.empty();
    }
    for (int i = 0; i < axes.get().length; i++) {
      amounts[axes.get()[i]] = given[i];
      amounts[rank + axes.get()[i]] = given[given.length / 2 + i];
    }
    return ints(amounts);
  }

  private static Optional<int[]> ints(long[] amounts) {
    return LongStream.of(amounts).allMatch(a -> -Affine.FARTHEST <= a && a <= Affine.FARTHEST)
        ? Optional.of(LongStream.of(amounts).mapToInt(Math::toIntExact).toArray())
        : Optional.empty();
  }

  private static Optional<int[]> axes(Graph graph, String value, int rank) {
    if (value.isEmpty()) {
      return Optional.of(IntStream.range(0, rank).toArray());
    }
    return graph
        .constant(value)
        .map(
            t ->
                Arrays.stream(t.toLongs())
                    .mapToInt(a -> (int) Math.max(-1, Math.min(rank, a < 0 ? a + rank : a)))
                    .toArray());
  }

  /** The number that constant borders are filled with, if it is known. */
  static Optional<Double> value(Graph graph, Node node, Op.Pad pad) {
    if (pad.pads().isPresent()) {
      return Optional.of(pad.value().orElse(0));
    }
    return node.input(2).isEmpty()
        ? Optional.of(0.0)
        : graph.constant(node.input(2)).map(t -> t.doubleAt(0));
  }
}
