package io.repfold.train;

import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Shape;
import io.repfold.graph.ShapeInference;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** What the parts of a search for the head share: the graph, its shapes, and what is changed. */
final class HeadContext {
  private final Graph graph;
  private final Map<String, Value> values;
  private final NewHead.Classes classes;
  private final HeadEdits edits;

  HeadContext(Graph graph, NewHead.Classes classes, HeadEdits edits) {
    this.graph = graph;
    this.values = ShapeInference.infer(graph);
    this.classes = classes;
    this.edits = edits;
  }

  Graph graph() {
    return graph;
  }

  HeadEdits edits() {
    return edits;
  }

  RunException refusal(Node node, String because) {
    return classes.refusal("%s: %s".formatted(node.describe(), because));
  }

  RunException unknown(Node node) {
    return refusal(node, "it is not known to keep the classes apart");
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

  Shape known(Node node, String value) {
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

  /** Writes the new number into sizes of a Resize or Reshape. */
  void remakeSize(Node node, int input, Tensor sizes, int entry, ClassPlace place) {
    if (classes.before() != classes.after()) {
      long[] all = sizes.toLongs();
      all[entry] = after(place);
      edits.remake(node, input, Tensor.ofLongs(all, sizes.dims()));
    }
  }

  Optional<Shape> shape(String value) {
    return Optional.ofNullable(values.get(value)).flatMap(Value::shape);
  }

  Optional<Long> size(String value, int axis) {
    return shape(value)
        .filter(shape -> axis < shape.rank() && shape.dim(axis) instanceof Dim.Known)
        .map(shape -> ((Dim.Known) shape.dim(axis)).size());
  }

  /**
   * A place before a node, of which it was found.
   *
   * @throws RunException if the value does not have the classes there
   */
  ClassPlace checked(ClassPlace place) {
    Optional<Long> size = size(place.value(), place.axis());
    if (size.isEmpty() || size.get() != before(place)) {
      throw classes.refusal(
          "'%s' must have %d channels on axis %d, and is %s"
              .formatted(
                  place.value(),
                  before(place),
                  place.axis(),
                  shape(place.value()).map(Shape::toString).orElse("of an unknown shape")));
    }
    return place;
  }
}
