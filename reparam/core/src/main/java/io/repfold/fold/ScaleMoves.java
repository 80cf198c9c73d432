package io.repfold.fold;

import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.OpKind;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How a scale passes an op that only moves elements, or makes means of them: what it is on the
 * other side, by value. Nothing where it cannot pass.
 */
final class ScaleMoves {
  private final Facts facts;
  private final Graph graph;

  ScaleMoves(Facts facts) {
    this.facts = facts;
    this.graph = facts.graph();
  }

  /** From behind an output of a node to before it: {@code scale(op(x)) = op(scale'(x))}. */
  Optional<Map<String, Scale>> backward(Node node, String output, Scale scale) {
    Op op = node.op();
    String input = node.input(0);
    Optional<Shape> from = facts.shape(output);
    Optional<Shape> to = facts.shape(input);
    if (from.isEmpty() || from.get().rank() != scale.rank() || to.isEmpty()) {
      return Optional.empty();
    }
    if (op instanceof Op.Concat concat) {
      return parts(node.inputs(), Math.floorMod(concat.axis(), scale.rank()), scale);
    }
    Optional<Scale> moved = Optional.empty();
    if (op instanceof Op.Transpose transpose) {
      moved = Optional.of(scale.permuted(inverse(order(transpose, scale.rank()))));
    } else if (OpKind.RESHAPES.includes(op)) {
      moved = ReshapedScale.of(scale, from.get(), to.get());
    } else if (op instanceof Op.DepthToSpace depth) {
      moved = repeated(scale, depth);
    } else if (op instanceof Op.Split split) {
      moved = unsplit(node, split, output, scale);
    } else if (op instanceof Op.Slice slice) {
      moved = unsliced(node, slice, to.get(), scale);
    } else if (keepsPlaces(node, scale)) {
      moved = Optional.of(scale);
    } else if (reduced(node).isPresent()) {
      moved = beforeMean(node, scale, to.get().rank());
    }
    return moved.map(s -> Map.of(input, s));
  }

  /** From before a node to behind its outputs: {@code op(scale(x)) = scale'(op(x))}. */
  Optional<Map<String, Scale>> forward(Node node, String input, Scale scale) {
    Op op = node.op();
    Optional<Shape> from = facts.shape(input);
    if (from.isEmpty() || from.get().rank() != scale.rank()) {
      return Optional.empty();
    }
    if (op instanceof Op.Concat concat) {
      return beside(node, Math.floorMod(concat.axis(), scale.rank()), input, scale)
          .map(s -> Map.of(node.output(), s));
    }
    if (!node.input(0).equals(input)) {
      return Optional.empty();
    }
    if (op instanceof Op.Split split) {
      return parts(node.outputs(), Math.floorMod(split.axis(), scale.rank()), scale);
    }
    Optional<Shape> to = facts.shape(node.output());
    Optional<Scale> moved = Optional.empty();
    if (op instanceof Op.Transpose transpose) {
      moved = Optional.of(scale.permuted(order(transpose, scale.rank())));
    } else if (OpKind.RESHAPES.includes(op) && to.isPresent()) {
      moved = ReshapedScale.of(scale, from.get(), to.get());
    } else if (op instanceof Op.DepthToSpace depth) {
      moved = unrepeated(scale, depth);
    } else if (op instanceof Op.Slice slice) {
      moved = sliced(node, slice, from.get(), scale);
    } else if (keepsPlaces(node, scale)) {
      moved = Optional.of(scale);
    } else if (reduced(node).isPresent() && to.isPresent()) {
      moved = behindMean(node, scale, to.get().rank());
    }
    return moved.map(s -> Map.of(node.output(), s));
  }

  private static List<Integer> order(Op.Transpose transpose, int rank) {
    return transpose.permutation().isEmpty()
        ? IntStream.range(0, rank).mapToObj(i -> rank - 1 - i).toList()
        : transpose.permutation();
  }

  private static List<Integer> inverse(List<Integer> order) {
    Integer[] inverse = new Integer[order.size()];
    for (int i = 0; i < inverse.length; i++) {
      inverse[order.get(i)] = i;
    }
    return List.of(inverse);
  }

  /** One part of the scale for each value; all of it where it does not differ along the axis. */
  private Optional<Map<String, Scale>> parts(List<String> values, int axis, Scale scale) {
    Map<String, Scale> parts = new LinkedHashMap<>();
    int first = 0;
    for (String value : values) {
      int length = scale.varies(axis) ? length(value, axis) : 0;
      if (length < 0 || scale.varies(axis) && first + length > scale.dims()[axis]) {
        return Optional.empty();
      }
      Scale part = scale.taken(axis, IntStream.range(first, first + length).toArray());
      if (parts.put(value, part) != null) {
        return Optional.empty();
      }
      first += length;
    }
    return Optional.of(parts);
  }

  /** The length of an axis, or -1 if it is not known. */
  private int length(String value, int axis) {
    return facts
        .shape(value)
        .filter(s -> axis < s.rank())
        .map(s -> s.dim(axis))
        .filter(dim -> dim instanceof Dim.Known known && known.size() <= Scale.LARGEST)
        .map(dim -> (int) ((Dim.Known) dim).size())
        .orElse(-1);
  }

  /** The scale of one input of a Concat, and none of the others. */
  private Optional<Scale> beside(Node node, int axis, String input, Scale scale) {
    int first = 0;
    int begin = -1;
    int length = 0;
    for (String value : node.inputs()) {
      int own = length(value, axis);
      if (own < 0 || value.equals(input) && begin >= 0) {
        return Optional.empty();
      }
      if (value.equals(input)) {
        begin = first;
        length = own;
      }
      first += own;
    }
    return placed(scale, axis, first, IntStream.range(begin, begin + length).toArray());
  }

  private static Optional<Scale> placed(Scale scale, int axis, int length, int... places) {
    double rest = (double) scale.factors().length / scale.dims()[axis];
    return places.length == 0 || rest * length > Scale.LARGEST
        ? Optional.empty()
        : Optional.of(scale.placed(axis, length, places));
  }

  private Optional<Scale> unsplit(Node node, Op.Split split, String output, Scale scale) {
    int axis = Math.floorMod(split.axis(), scale.rank());
    int first = 0;
    for (String value : node.outputs()) {
      int length = length(value, axis);
      if (length < 0) {
        return Optional.empty();
      }
      if (value.equals(output)) {
        int whole = length(node.input(0), axis);
        int[] places = IntStream.range(first, first + length).toArray();
        return first + length > whole ? Optional.empty() : placed(scale, axis, whole, places);
      }
      first += length;
    }
    return Optional.empty();
  }

  private Optional<Scale> unsliced(Node node, Op.Slice slice, Shape to, Scale scale) {
    Optional<SliceBounds> bounds = SliceBounds.of(graph, node, slice).filter(SliceBounds::fit);
    Scale moved = scale;
    for (int axis = 0; bounds.isPresent() && axis < to.rank(); axis++) {
      if (!scale.varies(axis)) {
        continue;
      }
      int length = length(node.input(0), axis);
      int[] taken = length < 0 ? new int[0] : bounds.get().taken(axis, to.rank(), length);
      if (taken.length != scale.dims()[axis]) {
        return Optional.empty();
      }
      Optional<Scale> placed = placed(moved, axis, length, taken);
      if (placed.isEmpty()) {
        return placed;
      }
      moved = placed.get();
    }
    return bounds.isPresent() ? Optional.of(moved) : Optional.empty();
  }

  private Optional<Scale> sliced(Node node, Op.Slice slice, Shape from, Scale scale) {
    Optional<SliceBounds> bounds = SliceBounds.of(graph, node, slice).filter(SliceBounds::fit);
    Scale moved = scale;
    for (int axis = 0; bounds.isPresent() && axis < from.rank(); axis++) {
      if (scale.varies(axis)) {
        int[] taken = bounds.get().taken(axis, from.rank(), scale.dims()[axis]);
        if (taken.length == 0) {
          return Optional.empty();
        }
        moved = moved.taken(axis, taken);
      }
    }
    return bounds.isPresent() ? Optional.of(moved) : Optional.empty();
  }

  /** Channel k of the input goes into output channel k mod C, or k / b^2. */
  private static Optional<Scale> repeated(Scale scale, Op.DepthToSpace depth) {
    if (scale.rank() != 4 || !scale.variesOnlyAlong(1)) {
      return Optional.empty();
    }
    int channels = scale.dims()[1];
    if (channels == 1) {
      return Optional.of(scale);
    }
    if ((double) channels * depth.blockSize() * depth.blockSize() > Scale.LARGEST) {
      return Optional.empty();
    }
    int block = depth.blockSize() * depth.blockSize();
    int[] source = new int[channels * block];
    Arrays.setAll(source, k -> depth.columnRowDepth() ? k / block : k % channels);
    return Optional.of(scale.taken(1, source));
  }

  private static Optional<Scale> unrepeated(Scale scale, Op.DepthToSpace depth) {
    long block = (long) depth.blockSize() * depth.blockSize();
    if (scale.rank() != 4 || !scale.variesOnlyAlong(1) || scale.dims()[1] % block > 0) {
      return scale.rank() == 4 && scale.factors().length == 1
          ? Optional.of(scale)
          : Optional.empty();
    }
    int channels = (int) (scale.dims()[1] / block);
    int[] first = new int[channels];
    Arrays.setAll(first, c -> depth.columnRowDepth() ? (int) (c * block) : c);
    Scale moved = scale.taken(1, first);
    Scale again =
        repeated(moved.varies(1) ? moved : moved.spread(1, channels), depth).orElseThrow();
    boolean same =
        Arrays.equals(again.spread(1, scale.dims()[1]).factors(), scale.factors())
            && Arrays.equals(again.spread(1, scale.dims()[1]).shifts(), scale.shifts());
    return same ? Optional.of(moved) : Optional.empty();
  }

  /**
   * Whether each output element is a mean, with weights whose sum is 1, of input elements that have
   * the same number of the scale, or the largest of some, or 0 where nothing is added.
   */
  private boolean keepsPlaces(Node node, Scale scale) {
    Op op = node.op();
    int spatial = scale.rank() - 2;
    boolean ofChannels =
        scale.rank() >= 3 && IntStream.range(2, scale.rank()).noneMatch(scale::varies);
    if (op instanceof Op.Resize resize) {
      return ofChannels
          && !resize.coordinates().equals("tf_crop_and_resize")
          && isUnresized(node, resize, 0)
          && isUnresized(node, resize, 1);
    }
    if (op instanceof Op.AveragePool pool) {
      boolean padded =
          pool.window().autoPad() != io.repfold.graph.Window.AutoPad.NOTSET
              || pool.window().pads().stream().anyMatch(p -> p != 0);
      return ofChannels
          && pool.kernel().size() == spatial
          && (!pool.countIncludePad() || !padded && !pool.ceilMode());
    }
    if (op instanceof Op.GlobalAveragePool) {
      return ofChannels;
    }
    if (op instanceof Op.MaxPool) {
      return ofChannels
          && node.outputs().size() == 1
          && Arrays.stream(scale.factors()).allMatch(f -> f > 0);
    }
    return op instanceof Op.Pad pad && keepsBorder(node, pad, scale);
  }

  /** Equal lengths are not enough: a factor of 1.1 leaves four channels four, but mixes them. */
  private boolean isUnresized(Node node, Op.Resize resize, int axis) {
    Optional<Shape> before = facts.shape(node.input(0));
    Optional<Shape> after = facts.shape(node.output());
    if (before.isEmpty()
        || after.isEmpty()
        || !before.get().dim(axis).surelyEquals(after.get().dim(axis))) {
      return false;
    }
    int rank = before.get().rank();
    int place =
        resize.axes().isEmpty()
            ? axis
            : resize.axes().stream().map(a -> Math.floorMod(a, rank)).toList().indexOf(axis);
    String factors = node.input(resize.legacyInputs() ? 1 : 2);
    Optional<Tensor> constant = graph.constant(factors);
    boolean bySizes = factors.isEmpty() || constant.isPresent() && constant.get().size() == 0;
    return place < 0
        || (bySizes
            ? resize.aspectRatioPolicy().equals("stretch")
            : constant.isPresent()
                && place < constant.get().size()
                && constant.get().doubleAt(place) == 1);
  }

  /** A Pad may add at one end of an axis what it cuts off at the other. */
  private boolean keepsBorder(Node node, Op.Pad pad, Scale scale) {
    int rank = scale.rank();
    Optional<int[]> amounts = PadAmounts.of(graph, node, pad, rank);
    for (int axis = 0; axis < rank; axis++) {
      if (scale.varies(axis)
          && (amounts.isEmpty() || amounts.get()[axis] != 0 || amounts.get()[rank + axis] != 0)) {
        return false;
      }
    }
    return pad.mode() != Op.Pad.Mode.CONSTANT
        || scale.hasNoShift()
            && PadAmounts.value(graph, node, pad).filter(value -> value == 0).isPresent();
  }

  /** The axes that a mean goes over, if a node is one. */
  private Optional<int[]> reduced(Node node) {
    if (!(node.op() instanceof Op.Reduce reduce)
        || reduce.function() != Op.Reduce.Function.MEAN
        || facts.shape(node.input(0)).isEmpty()) {
      return Optional.empty();
    }
    int rank = facts.shape(node.input(0)).orElseThrow().rank();
    Optional<int[]> axes =
        reduce
            .axes()
            .map(a -> a.stream().mapToInt(i -> i).toArray())
            .or(
                () ->
                    graph
                        .constant(node.input(1))
                        .map(t -> Arrays.stream(t.toLongs()).mapToInt(Math::toIntExact).toArray()));
    return axes.filter(a -> a.length > 0)
        .map(a -> Arrays.stream(a).map(i -> Math.floorMod(i, rank)).sorted().toArray());
  }

  private static boolean keepsDims(Node node) {
    return ((Op.Reduce) node.op()).keepsDims();
  }

  private Optional<Scale> behindMean(Node node, Scale scale, int rank) {
    int[] axes = reduced(node).orElseThrow();
    if (Arrays.stream(axes).anyMatch(scale::varies)) {
      return Optional.empty();
    }
    if (keepsDims(node)) {
      return Optional.of(scale);
    }
    int[] left =
        IntStream.range(0, scale.rank())
            .filter(axis -> Arrays.binarySearch(axes, axis) < 0)
            .map(axis -> scale.dims()[axis])
            .toArray();
    return left.length == rank ? Optional.of(scale.reshaped(left)) : Optional.empty();
  }

  private Optional<Scale> beforeMean(Node node, Scale scale, int rank) {
    int[] axes = reduced(node).orElseThrow();
    if (keepsDims(node)) {
      return Arrays.stream(axes).noneMatch(scale::varies) ? Optional.of(scale) : Optional.empty();
    }
    List<Integer> dims = new ArrayList<>();
    int next = 0;
    for (int axis = 0; axis < rank; axis++) {
      dims.add(Arrays.binarySearch(axes, axis) >= 0 ? 1 : scale.dims()[next++]);
    }
    return Optional.of(scale.reshaped(dims.stream().mapToInt(i -> i).toArray()));
  }
}
