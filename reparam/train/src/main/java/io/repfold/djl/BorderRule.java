package io.repfold.djl;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.NdArray;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Window;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Zero padding between a 1 x 1 convolution and a batch normalization, as Rep blocks have it:
 *
 * <pre>
 *   Given:   a = Conv1x1(x);  p = Pad(a, 0);  n = BatchNormalization(p);  y = Conv(n), no padding
 * </pre>
 *
 * <p>In training, the border is no part of the batch's statistics ({@link
 * Normalizations#bordered}). Any other Pad before a batch normalization is what it says.
 */
final class BorderRule {
  private BorderRule() {}

  /**
   * Whether the Pad and its reader may be one step; the pads themselves are not looked at.
   *
   * @param dims the shape of a value that was computed before the Pad; null if it is not known
   */
  static boolean mayJoin(Graph graph, Node pad, Function<String, long @Nullable []> dims) {
    if (!(pad.op() instanceof Op.Pad op) || op.mode() != Op.Pad.Mode.CONSTANT) {
      return false;
    }
    Optional<Node> norm = onlyReader(graph, pad);
    return isPointwise(graph.producer(pad.input(0)), dims)
        && norm.isPresent()
        && norm.get().op() instanceof Op.BatchNormalization
        && onlyReader(graph, norm.get()).filter(BorderRule::isUnpadded).isPresent();
  }

  private static boolean isPointwise(
      Optional<Node> conv, Function<String, long @Nullable []> dims) {
    if (conv.isEmpty() || !(conv.get().op() instanceof Op.Conv)) {
      return false;
    }
    long[] weight = dims.apply(conv.get().input(1));
    return weight != null && Arrays.stream(weight).skip(2).allMatch(size -> size == 1);
  }

  /** The one node that reads the node's output as its first input. */
  private static Optional<Node> onlyReader(Graph graph, Node node) {
    List<Node> readers = graph.readers(node.output());
    return readers.size() == 1
            && !graph.isOutput(node.output())
            && readers.get(0).input(0).equals(node.output())
        ? Optional.of(readers.get(0))
        : Optional.empty();
  }

  private static boolean isUnpadded(Node node) {
    Window window =
        node.op() instanceof Op.Conv conv
            ? conv.window()
            : node.op() instanceof Op.AveragePool pool ? pool.window() : null;
    return window != null
        && (window.autoPad() == Window.AutoPad.NOTSET || window.autoPad() == Window.AutoPad.VALID)
        && window.pads().stream().allMatch(pad -> pad == 0);
  }

  /** Whether only zeros are added, around the image. */
  static boolean isBorder(long[] pads, double value) {
    int rank = pads.length / 2;
    return value == 0
        && rank > 2
        && Arrays.stream(pads).allMatch(p -> p >= 0)
        && pads[0] + pads[1] + pads[rank] + pads[rank + 1] == 0;
  }

  /** Begins and ends of all axes from those of some. */
  static long[] allAxes(int rank, long[] pads, long[] axes) {
    int count = axes.length == 0 ? rank : axes.length;
    Check.that(pads.length == 2 * count, "%d pads do not fit %d axes", pads.length, count);
    long[] all = new long[2 * rank];
    for (int i = 0; i < count; i++) {
      int axis = axes.length == 0 ? i : Movements.axis(axes[i], rank);
      all[axis] = pads[i];
      all[rank + axis] = pads[count + i];
    }
    return all;
  }

  /**
   * {@code [1, spatial...]}: 1 on the border, 0 inside.
   *
   * @param pads in the engine's order
   */
  static NdArray mask(long[] x, long[] pads) {
    int rank = x.length;
    int[] dims = new int[rank - 1];
    dims[0] = 1;
    for (int i = 2; i < rank; i++) {
      dims[i - 1] = Math.toIntExact(x[i] + pads[2 * (rank - 1 - i)] + pads[2 * (rank - 1 - i) + 1]);
    }
    double[] mask = new double[(int) Arrays.stream(dims).asLongStream().reduce(1, (a, b) -> a * b)];
    for (int at = 0; at < mask.length; at++) {
      int rest = at;
      for (int i = rank - 1; i >= 2; i--) {
        long index = rest % dims[i - 1] - pads[2 * (rank - 1 - i)];
        rest /= dims[i - 1];
        if (index < 0 || index >= x[i]) {
          mask[at] = 1;
        }
      }
    }
    return new NdArray(ElementType.FLOAT, dims, mask);
  }

  /** Indices of Gather, which may count from the end, counted from the front. */
  static NdArray fromFront(NdArray indices, long[] x, int axis) {
    long size = x[Movements.axis(axis, x.length)];
    double[] values = Arrays.stream(indices.data()).map(v -> v < 0 ? v + size : v).toArray();
    return new NdArray(ElementType.INT64, indices.dims(), values);
  }
}
