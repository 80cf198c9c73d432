package io.repfold.precision;

import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.OpKind;
import io.repfold.graph.Shape;
import io.repfold.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Walks back from an output to what shows the kind of its numbers. */
final class KindSearch {
  /** Channels of a layer that are more likely classes than coordinates, colors or angles. */
  private static final int CLASSES = 5;

  /** Columns that are few enough to be things of their own. */
  private static final int COLUMNS = 16;

  private static final int RANK_OF_IMAGES = 4;

  private final Graph graph;
  private final ClassAxisSearch axes;
  private final Map<String, List<Piece>> known = new HashMap<>();

  KindSearch(Graph graph) {
    this.graph = graph;
    this.axes = new ClassAxisSearch(graph);
  }

  List<Piece> of(String value) {
    List<Piece> found = known.get(value);
    if (found == null) {
      found = search(value);
      known.put(value, found);
    }
    return found;
  }

  private List<Piece> search(String value) {
    if (axes.value(value).flatMap(Value::type).filter(t -> !t.isFloat()).isPresent()) {
      return List.of(Piece.whole(OutputKind.LABELS, OptionalInt.empty(), true, "integers"));
    }
    WayBack way = WayBack.of(graph, value);
    if (way.source().isEmpty()) {
      return List.of(isImage(value, way) ? image() : values(value));
    }
    Op op = way.source().get().op();
    if (!way.isScaled() && OpKind.COMPETES.includes(op)) {
      return List.of(classes(value, true, "a %s is before it".formatted(op.type())));
    }
    if (!way.isScaled() && WayBack.isSigmoid(op)) {
      return List.of(isImage(value, way) ? image() : scores(op));
    }
    if (op instanceof Op.Concat concat) {
      Optional<List<Piece>> joined = joined(way, way.source().get(), concat.axis());
      if (joined.isPresent()) {
        return joined.get();
      }
    }
    if (isImage(value, way)) {
      return List.of(image());
    }
    boolean layer = OpKind.CONTRACTS.includes(op) && !way.isScaled();
    if (layer && isClasses(value, way)) {
      return List.of(
          classes(
              value, false, "a %s gives many channels and treats all alike".formatted(op.type())));
    }
    return List.of(values(value));
  }

  /** The pieces that a Concat joins, if they are known where the output has them. */
  private Optional<List<Piece>> joined(WayBack way, Node concat, int axis) {
    Optional<Integer> rank = axes.shape(concat.output()).map(Shape::rank);
    if (rank.isEmpty() || way.isScaled()) {
      return Optional.empty();
    }
    int joint = ClassAxisSearch.fromFront(axis, rank.get());
    List<List<Piece>> parts = concat.inputs().stream().map(this::of).toList();
    List<Piece> first = parts.get(0);
    boolean alike =
        parts.stream().allMatch(part -> areAlike(part, first))
            && first.stream().noneMatch(piece -> piece.liesAlong(joint, rank.get()));
    return (alike ? Optional.of(first) : besides(concat, joint, parts))
        .flatMap(pieces -> moved(pieces, way));
  }

  private static boolean areAlike(List<Piece> some, List<Piece> others) {
    return some.size() == others.size()
        && IntStream.range(0, some.size()).allMatch(i -> some.get(i).isLike(others.get(i)));
  }

  /** One piece for each part, side by side along an axis. */
  private Optional<List<Piece>> besides(Node concat, int axis, List<List<Piece>> parts) {
    List<Piece> pieces = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < parts.size(); i++) {
      Optional<Shape> shape = axes.shape(concat.inputs().get(i));
      if (shape.isEmpty()
          || !(shape.get().dim(axis) instanceof Dim.Known known)
          || parts.get(i).size() != 1) {
        return Optional.empty();
      }
      int end = start + Math.toIntExact(known.size());
      pieces.add(parts.get(i).get(0).within(new Piece.Band(axis, start, end)));
      start = end;
    }
    return Optional.of(pieces);
  }

  /** The pieces where the nodes between a Concat and the output put them. */
  private Optional<List<Piece>> moved(List<Piece> pieces, WayBack way) {
    List<Piece> moved = new ArrayList<>();
    for (Piece piece : pieces) {
      Optional<Piece> there = piece.moved(axis -> moved(axis, way));
      if (there.isEmpty()) {
        return Optional.empty();
      }
      moved.add(there.get());
    }
    return Optional.of(moved);
  }

  private Optional<Integer> moved(int axis, WayBack way) {
    Optional<Integer> place = Optional.of(axis);
    for (Node mover : way.movers()) {
      place = place.flatMap(from -> axes.moved(from, mover));
    }
    return place;
  }

  private Piece classes(String value, boolean certain, String because) {
    int axis = axes.of(value).orElse(ClassAxes.USUAL);
    return Piece.whole(OutputKind.CLASSES, OptionalInt.of(axis), certain, because);
  }

  private static Piece scores(Op op) {
    return Piece.whole(
        OutputKind.SCORES, OptionalInt.empty(), true, "a %s is before it".formatted(op.type()));
  }

  private static Piece image() {
    return Piece.whole(
        OutputKind.IMAGE,
        OptionalInt.empty(),
        false,
        "it has the channels of the input and no fewer pixels");
  }

  private Piece values(String value) {
    Optional<Shape> shape = axes.shape(value);
    String because = "nothing shows classes";
    if (shape.isEmpty() || shape.get().rank() < 2) {
      return Piece.whole(OutputKind.VALUES, OptionalInt.empty(), false, because);
    }
    int rank = shape.get().rank();
    if (rank == RANK_OF_IMAGES && shape.get().dim(1).surelyEquals(Dim.of(1))) {
      return Piece.whole(
          OutputKind.SCORES, OptionalInt.empty(), false, "it is a map of one channel");
    }
    int axis = rank == RANK_OF_IMAGES ? 1 : rank - 1;
    if (rank == 3 && !isFew(shape.get().dim(2)) && isFew(shape.get().dim(1))) {
      axis = 1;
    }
    return isFew(shape.get().dim(axis))
        ? Piece.whole(OutputKind.BOXES, OptionalInt.of(axis), false, because)
        : Piece.whole(OutputKind.VALUES, OptionalInt.empty(), false, because);
  }

  private static boolean isFew(Dim dim) {
    return dim instanceof Dim.Known known && known.size() > 1 && known.size() <= COLUMNS;
  }

  /** Whether a layer's own channels, apart from each other still, are many. */
  private boolean isClasses(String value, WayBack way) {
    Node layer = way.source().orElseThrow();
    Optional<Shape> made = axes.shape(layer.output());
    if (made.isEmpty()) {
      return false;
    }
    boolean product = layer.op() instanceof Op.MatMul || layer.op() instanceof Op.Gemm;
    Optional<Integer> axis = Optional.of(product ? made.get().rank() - 1 : 1);
    if (axis.get() >= made.get().rank()) {
      return false;
    }
    Dim channels = made.get().dim(axis.get());
    axis = axis.flatMap(place -> moved(place, way));
    Optional<Shape> shape = axes.shape(value);
    if (axis.isEmpty() || shape.isEmpty()) {
      return false;
    }
    boolean kept =
        shape
            .get()
            .dim(ClassAxisSearch.fromFront(axis.get(), shape.get().rank()))
            .surelyEquals(channels);
    boolean map = shape.get().rank() == RANK_OF_IMAGES && way.isResized();
    return kept && channels instanceof Dim.Known known && known.size() >= (map ? 2 : CLASSES);
  }

  /**
   * Whether a value has the three channels of an input and no fewer pixels, or its one channel and
   * more: as many of one channel are rather a mask.
   */
  private boolean isImage(String value, WayBack way) {
    Optional<Shape> shape = axes.shape(value);
    if (shape.isEmpty() || shape.get().rank() != RANK_OF_IMAGES || way.isResized()) {
      return false;
    }
    Shape found = shape.get();
    boolean sigmoid = way.source().filter(node -> WayBack.isSigmoid(node.op())).isPresent();
    for (Value input : graph.inputs()) {
      Shape given = input.shape().orElse(Shape.of());
      boolean pixels =
          given.rank() == RANK_OF_IMAGES
              && given.dim(1).surelyEquals(found.dim(1))
              && covers(found.dim(2), given.dim(2))
              && covers(found.dim(3), given.dim(3));
      boolean colors = pixels && found.dim(1).surelyEquals(Dim.of(3));
      boolean gray =
          pixels
              && found.dim(1).surelyEquals(Dim.of(1))
              && !sigmoid
              && isLarger(found.dim(2), given.dim(2));
      if (colors || gray) {
        return true;
      }
    }
    return false;
  }

  private static boolean isLarger(Dim size, Dim given) {
    return size instanceof Dim.Known known
        && given instanceof Dim.Known other
        && known.size() > other.size();
  }

  /** Open sizes are taken to cover each other, unless they are said to shrink. */
  private static boolean covers(Dim size, Dim given) {
    if (size instanceof Dim.Known known && given instanceof Dim.Known other) {
      return known.size() >= other.size();
    }
    return !size.toString().contains("/");
  }
}
