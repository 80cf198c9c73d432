package io.repfold.precision;

import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.OpKind;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

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
  private @Nullable Map<String, Value> types;

  KindSearch(Graph graph) {
    this.graph = graph;
    this.axes = new ClassAxisSearch(graph);
  }

  /** What is found on the way from a value to what made it. */
  private static final class Way {
    final Deque<Node> movers = new ArrayDeque<>();
    boolean scaled;
    boolean resized;
    Optional<Node> source = Optional.empty();
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
    Optional<Value> type = Optional.ofNullable(types().get(value));
    if (type.flatMap(Value::type).filter(t -> !t.isFloat()).isPresent()) {
      return List.of(Piece.whole(OutputKind.LABELS, OptionalInt.empty(), true, "integers"));
    }
    Way way = walk(value);
    if (way.source.isEmpty()) {
      return List.of(isImage(value, way) ? image() : values(value));
    }
    Op op = way.source.get().op();
    if (!way.scaled && OpKind.COMPETES.includes(op)) {
      return List.of(classes(value, true, "a %s is before it".formatted(op.type())));
    }
    if (!way.scaled && isSigmoid(op)) {
      return List.of(isImage(value, way) ? image() : scores(op));
    }
    if (op instanceof Op.Concat concat) {
      Optional<List<Piece>> joined = joined(way, concat);
      if (joined.isPresent()) {
        return joined.get();
      }
    }
    if (isImage(value, way)) {
      return List.of(image());
    }
    boolean layer = OpKind.CONTRACTS.includes(op) && !way.scaled;
    if (layer && isClasses(value, way)) {
      return List.of(
          classes(
              value, false, "a %s gives many channels and treats all alike".formatted(op.type())));
    }
    return List.of(values(value));
  }

  private Way walk(String value) {
    Way way = new Way();
    Optional<Node> node = graph.producer(value);
    while (node.isPresent()) {
      Optional<String> before = before(node.get(), way);
      if (before.isEmpty()) {
        way.source = node;
        return way;
      }
      if (ClassAxisSearch.moves(node.get().op())) {
        way.movers.push(node.get());
      }
      node = graph.producer(before.get());
    }
    return way;
  }

  /** The input that a node gives on, changed at most in ways that keep what it means. */
  private Optional<String> before(Node node, Way way) {
    Op op = node.op();
    return switch (OpKind.of(op)) {
      case CONVERTS, PASSES, DROPS, RESHAPES, QUANTIZES -> Optional.of(node.input(0));
      case MAPS -> isSigmoid(op) ? Optional.empty() : Optional.of(node.input(0));
      case RESIZES -> {
        way.resized = true;
        yield Optional.of(node.input(0));
      }
      case REARRANGES -> Optional.of(node.input(0));
      case MOVES ->
          op instanceof Op.Transpose || op instanceof Op.Pad || op instanceof Op.Slice
              ? Optional.of(node.input(0))
              : Optional.empty();
      case NORMALIZES ->
          op instanceof Op.BatchNormalization ? Optional.of(node.input(0)) : Optional.empty();
      case COMBINES -> combined(node, way);
      default -> Optional.empty();
    };
  }

  private Optional<String> combined(Node node, Way way) {
    List<String> computed =
        node.inputs().stream()
            .skip(node.op() instanceof Op.Where ? 1 : 0)
            .filter(input -> graph.constant(input).isEmpty())
            .toList();
    if (computed.size() == 1) {
      boolean uniform =
          node.inputs().stream()
              .flatMap(input -> graph.constant(input).stream())
              .allMatch(KindSearch::isNeutral);
      way.scaled |= !uniform;
      return Optional.of(computed.get(0));
    }
    boolean sum =
        node.op().equals(new Op.Binary(Op.Binary.Function.ADD)) || node.op() instanceof Op.Variadic;
    return sum && !computed.isEmpty() ? Optional.of(computed.get(0)) : Optional.empty();
  }

  /** Whether a constant is one number near 1 or 0, which changes nothing that it means. */
  private static boolean isNeutral(Tensor constant) {
    if (constant.size() != 1 || !constant.type().isFloat()) {
      return constant.size() == 1;
    }
    return Math.abs(constant.doubleAt(0)) <= 1;
  }

  private static boolean isSigmoid(Op op) {
    return op instanceof Op.HardSigmoid
        || (op instanceof Op.Unary unary && unary.function() == Op.Unary.Function.SIGMOID);
  }

  /** The pieces that a Concat joins, if they are known where the output has them. */
  private Optional<List<Piece>> joined(Way way, Op.Concat concat) {
    Node node = way.source.orElseThrow();
    Optional<Shape> shape = shape(node.output());
    if (shape.isEmpty() || way.scaled) {
      return Optional.empty();
    }
    Optional<Integer> axis =
        Optional.of(ClassAxisSearch.fromFront(concat.axis(), shape.get().rank()));
    List<List<Piece>> parts = new ArrayList<>();
    for (String input : node.inputs()) {
      parts.add(of(input));
    }
    if (parts.stream()
        .allMatch(part -> part.size() == 1 && isLike(part.get(0), parts.get(0).get(0)))) {
      return alike(way, node, parts.get(0).get(0), axis.get());
    }
    for (Node mover : way.movers) {
      axis = axis.flatMap(a -> axes.moved(a, mover));
    }
    if (axis.isEmpty() || axis.get() < 0) {
      return Optional.empty();
    }
    List<Piece> pieces = new ArrayList<>();
    int start = 0;
    int from = ClassAxisSearch.fromFront(concat.axis(), shape.get().rank());
    for (int i = 0; i < parts.size(); i++) {
      Optional<Shape> own = shape(node.inputs().get(i));
      if (own.isEmpty()
          || !(own.get().dim(from) instanceof Dim.Known known)
          || parts.get(i).size() != 1) {
        return Optional.empty();
      }
      int end = start + Math.toIntExact(known.size());
      Optional<Piece> piece = moved(parts.get(i).get(0), way);
      if (piece.isEmpty()) {
        return Optional.empty();
      }
      pieces.add(piece.get().within(new Piece.Band(axis.get(), start, end)));
      start = end;
    }
    return Optional.of(pieces);
  }

  private static boolean isLike(Piece one, Piece other) {
    return one.kind() == other.kind() && one.axis().equals(other.axis());
  }

  /** All that is joined is of one kind: so is the whole, unless columns lie beside each other. */
  private Optional<List<Piece>> alike(Way way, Node node, Piece piece, int joined) {
    int rank = shape(node.output()).orElseThrow().rank();
    boolean columns = piece.kind() == OutputKind.VALUES || piece.kind() == OutputKind.BOXES;
    boolean across =
        piece.axis().isPresent()
            && ClassAxisSearch.fromFront(piece.axis().getAsInt(), rank) == joined;
    if (columns || across) {
      return Optional.empty();
    }
    return moved(piece, way).map(List::of);
  }

  private Optional<Piece> moved(Piece piece, Way way) {
    if (piece.axis().isEmpty()) {
      return Optional.of(piece);
    }
    Optional<Integer> axis = Optional.of(piece.axis().getAsInt());
    for (Node mover : way.movers) {
      axis = axis.flatMap(a -> axes.moved(a, mover));
    }
    return axis.map(
        a ->
            new Piece(
                piece.kind(), piece.band(), OptionalInt.of(a), piece.certain(), piece.because()));
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
    Optional<Shape> shape = shape(value);
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
  private boolean isClasses(String value, Way way) {
    Node layer = way.source.orElseThrow();
    Optional<Shape> made = shape(layer.output());
    if (made.isEmpty()) {
      return false;
    }
    boolean product = layer.op() instanceof Op.MatMul || layer.op() instanceof Op.Gemm;
    Optional<Integer> axis = Optional.of(product ? made.get().rank() - 1 : 1);
    if (axis.get() >= made.get().rank()) {
      return false;
    }
    Dim channels = made.get().dim(axis.get());
    for (Node mover : way.movers) {
      axis = axis.flatMap(a -> axes.moved(a, mover));
    }
    Optional<Shape> shape = shape(value);
    if (axis.isEmpty() || shape.isEmpty()) {
      return false;
    }
    boolean kept =
        shape
            .get()
            .dim(ClassAxisSearch.fromFront(axis.get(), shape.get().rank()))
            .surelyEquals(channels);
    boolean map = shape.get().rank() == RANK_OF_IMAGES && way.resized;
    return kept && channels instanceof Dim.Known known && known.size() >= (map ? 2 : CLASSES);
  }

  /**
   * Whether a value has the three channels of an input and no fewer pixels, or its one channel and
   * more: as many of one channel are rather a mask.
   */
  private boolean isImage(String value, Way way) {
    Optional<Shape> shape = shape(value);
    if (shape.isEmpty() || shape.get().rank() != RANK_OF_IMAGES || way.resized) {
      return false;
    }
    Shape found = shape.get();
    boolean sigmoid = way.source.filter(node -> isSigmoid(node.op())).isPresent();
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

  private Optional<Shape> shape(String value) {
    return Optional.ofNullable(types().get(value)).flatMap(Value::shape);
  }

  private Map<String, Value> types() {
    Map<String, Value> inferred = types == null ? ShapeInference.infer(graph) : types;
    types = inferred;
    return inferred;
  }
}
