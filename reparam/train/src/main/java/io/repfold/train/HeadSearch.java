package io.repfold.train;

import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.OpKind;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.WeightSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Walks back from the scores, through nodes that keep the classes apart, to the layers whose
 * outputs the classes are. What stands on the way and holds the number of classes is made for the
 * new one.
 */
final class HeadSearch {
  private final Graph graph;
  private final Map<String, Value> values;
  private final NewHead.Classes classes;
  private final HeadEdits edits;
  private final HeadLayers layers;
  private final Set<ClassPlace> seen = new LinkedHashSet<>();
  private final Deque<ClassPlace> next = new ArrayDeque<>();

  HeadSearch(Graph graph, NewHead.Classes classes, WeightSource weights, HeadEdits edits) {
    this.graph = graph;
    this.values = ShapeInference.infer(graph);
    this.classes = classes;
    this.edits = edits;
    this.layers = new HeadLayers(graph, edits, this, weights);
  }

  /** The values that hold the classes, of which {@code output} is one, by their places. */
  Set<ClassPlace> walk(String output) {
    go(output, new ClassPlace(output, 1, 1));
    while (!next.isEmpty()) {
      ClassPlace place = next.removeFirst();
      Node node =
          graph
              .producer(place.value())
              .orElseThrow(
                  () ->
                      classes.refusal(
                          "'%s' is no result of a layer, and holds the classes"
                              .formatted(place.value())));
      visit(node, place);
    }
    return seen;
  }

  RunException refusal(Node node, String because) {
    return classes.refusal("%s: %s".formatted(node.describe(), because));
  }

  /** What the classes take of an axis now. */
  long before(ClassPlace place) {
    return classes.before() * place.perClass();
  }

  /** What they will take. */
  long after(ClassPlace place) {
    return classes.after() * place.perClass();
  }

  void require(Node node, boolean fits, String name, Tensor tensor) {
    if (!fits) {
      throw refusal(
          node,
          "'%s' is %s, which does not fit to %d classes"
              .formatted(name, Arrays.toString(tensor.dims()), classes.before()));
    }
  }

  int rank(Node node, String value) {
    return known(node, value).rank();
  }

  private Shape known(Node node, String value) {
    return shape(value)
        .orElseThrow(() -> refusal(node, "the shape of '%s' is not known".formatted(value)));
  }

  /** Makes a constant that is the same for all classes the same for all new ones. */
  void remakeConstant(Node node, int input, Tensor tensor, int axis, ClassPlace place) {
    if (classes.before() == classes.after()) {
      return;
    }
    require(node, tensor.dim(axis) == before(place), node.input(input), tensor);
    edits.remake(
        node,
        input,
        ClassKernels.resized(tensor, axis, after(place))
            .orElseThrow(
                () ->
                    refusal(
                        node,
                        "'%s' has numbers for each class, and they differ"
                            .formatted(node.input(input)))));
  }

  private Optional<Shape> shape(String value) {
    return Optional.ofNullable(values.get(value)).flatMap(Value::shape);
  }

  private Optional<Long> size(String value, int axis) {
    return shape(value)
        .filter(shape -> axis < shape.rank() && shape.dim(axis) instanceof Dim.Known)
        .map(shape -> ((Dim.Known) shape.dim(axis)).size());
  }

  private void go(String value, ClassPlace place) {
    Optional<Long> size = size(value, place.axis());
    if (size.isEmpty() || size.get() != before(place)) {
      throw classes.refusal(
          "'%s' must have %d channels on axis %d, and is %s"
              .formatted(
                  value,
                  before(place),
                  place.axis(),
                  shape(value).map(Shape::toString).orElse("of an unknown shape")));
    }
    if (seen.add(place.at(value))) {
      next.add(place.at(value));
    }
  }

  private void visit(Node node, ClassPlace place) {
    Op op = node.op();
    switch (OpKind.of(op)) {
      case CONTRACTS ->
          layers.contract(node, place).ifPresent(before -> go(before.value(), before));
      case NORMALIZES -> {
        layers.normalize(node, place);
        go(node.input(0), place);
      }
      case MAPS -> {
        if (op instanceof Op.PRelu) {
          combine(node, place);
        } else {
          go(node.input(0), place);
        }
      }
      case COMPETES, PASSES, DROPS, CONVERTS -> go(node.input(0), place);
      case COMBINES -> combine(node, place);
      case POOLS -> pool(node, place);
      case RESIZES -> {
        resize(node, place);
        go(node.input(0), place);
      }
      case REDUCES -> reduce(node, place);
      case RESHAPES -> reshape(node, place);
      case MOVES -> move(node, place);
      case REARRANGES -> rearrange(node, place);
      case JOINS -> join(node, place);
      default -> throw unknown(node);
    }
  }

  private RunException unknown(Node node) {
    return refusal(node, "it is not known to keep the classes apart");
  }

  /** Operands broadcast: each holds the classes, or one number for all of them. */
  private void combine(Node node, ClassPlace place) {
    if (node.op() instanceof Op.Where) {
      throw unknown(node);
    }
    int rank = rank(node, node.output());
    boolean sum =
        node.op().equals(new Op.Binary(Op.Binary.Function.ADD))
            || node.op().equals(new Op.Variadic(Op.Variadic.Function.SUM));
    long computed = node.inputs().stream().filter(i -> graph.constant(i).isEmpty()).count();
    if (before(place) == 1 && computed > 1 && !sum) {
      throw refusal(node, "which of its operands is the one score cannot be told");
    }
    for (int i = 0; i < node.inputs().size(); i++) {
      String operand = node.input(i);
      int axis = place.axis() - rank + rank(node, operand);
      Optional<Tensor> constant = graph.constant(operand);
      if (axis < 0) {
        continue;
      }
      if (constant.isPresent()) {
        operand(node, i, constant.get(), place.at(operand, axis), sum);
      } else if (before(place) == 1 || !size(operand, axis).equals(Optional.of(1L))) {
        go(operand, place.at(operand, axis));
      }
    }
  }

  private void operand(Node node, int input, Tensor constant, ClassPlace place, boolean sum) {
    boolean bias = sum && graph.initializers().containsKey(place.value());
    if (bias && constant.dim(place.axis()) == before(place)) {
      long[] dims = constant.dims();
      dims[place.axis()] = after(place);
      double[] zeros = new double[Math.toIntExact(Tensor.count(dims))];
      edits.startAnew(node, place.value(), Tensor.ofDoubles(constant.type(), zeros, dims));
    } else if (constant.dim(place.axis()) != 1) {
      remakeConstant(node, input, constant, place.axis(), place);
    }
  }

  private void pool(Node node, ClassPlace place) {
    if (place.axis() != 1 || node.op() instanceof Op.MaxUnpool) {
      throw unknown(node);
    }
    go(node.input(0), place);
  }

  /** Sizes of a Resize name the channels too. */
  private void resize(Node node, ClassPlace place) {
    if (!(node.op() instanceof Op.Resize resize) || resize.legacyInputs()) {
      return;
    }
    Optional<Tensor> sizes = graph.constant(node.input(3));
    int entry = resize.axes().isEmpty() ? place.axis() : resize.axes().indexOf(place.axis());
    if (sizes.isPresent() && entry >= 0 && entry < sizes.get().size()) {
      edits.remake(node, 3, with(sizes.get(), entry, after(place)));
    }
  }

  private static Tensor with(Tensor sizes, int entry, long size) {
    long[] all = sizes.toLongs();
    all[entry] = size;
    return Tensor.ofLongs(all, sizes.dims());
  }

  private void reduce(Node node, ClassPlace place) {
    Op.Reduce reduce = (Op.Reduce) node.op();
    int rank = rank(node, node.input(0));
    Optional<List<Integer>> axes =
        reduce
            .axes()
            .or(
                () ->
                    graph
                        .constant(node.input(1))
                        .map(t -> Arrays.stream(t.toLongs()).mapToObj(a -> (int) a).toList()))
            .map(found -> found.stream().map(a -> a < 0 ? a + rank : a).toList());
    if (axes.isEmpty()) {
      throw unknown(node);
    }
    int axis = place.axis();
    for (int i = 0; !reduce.keepsDims() && i <= axis; i++) {
      axis += axes.get().contains(i) ? 1 : 0;
    }
    if (axes.get().contains(axis)) {
      throw refusal(node, "it makes one number of all classes");
    }
    go(node.input(0), place.at(node.input(0), axis));
  }

  private void reshape(Node node, ClassPlace place) {
    String input = node.input(0);
    ClassPlace before =
        ReshapedClasses.before(input, known(node, input), known(node, node.output()), place)
            .orElseThrow(() -> refusal(node, "it mixes the classes with other axes"));
    Optional<Tensor> sizes =
        node.op() instanceof Op.Reshape ? graph.constant(node.input(1)) : Optional.empty();
    if (sizes.filter(s -> s.toLongs()[place.axis()] > 0).isPresent()) {
      edits.remake(node, 1, with(sizes.get(), place.axis(), after(place)));
    }
    go(input, before);
  }

  private void move(Node node, ClassPlace place) {
    String input = node.input(0);
    if (node.op() instanceof Op.Transpose transpose) {
      List<Integer> permutation = transpose.permutation();
      int axis =
          permutation.isEmpty()
              ? rank(node, input) - 1 - place.axis()
              : permutation.get(place.axis());
      go(input, place.at(input, axis));
    } else if (node.op() instanceof Op.Pad || node.op() instanceof Op.Slice) {
      go(input, place);
    } else {
      throw unknown(node);
    }
  }

  private void rearrange(Node node, ClassPlace place) {
    if (!(node.op() instanceof Op.DepthToSpace depth) || place.axis() != 1) {
      throw unknown(node);
    }
    long square = (long) depth.blockSize() * depth.blockSize();
    go(node.input(0), new ClassPlace(node.input(0), 1, place.perClass() * square));
  }

  private void join(Node node, ClassPlace place) {
    int rank = rank(node, node.output());
    int axis = node.op() instanceof Op.Concat concat ? concat.axis() : place.axis();
    if ((axis < 0 ? axis + rank : axis) == place.axis()) {
      throw refusal(node, "it puts the scores of some classes beside those of others");
    }
    for (int i = 0; i < node.inputs().size(); i++) {
      Optional<Tensor> constant = graph.constant(node.input(i));
      if (constant.isPresent()) {
        remakeConstant(node, i, constant.get(), place.axis(), place);
      } else {
        go(node.input(i), place.at(node.input(i)));
      }
    }
  }
}
