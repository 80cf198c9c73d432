package io.repfold.fold;

import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether an image may have no pixels: an AveragePool with a window as large as its image and one
 * pixel more, and a Slice or Pad that leaves nothing, give an empty tensor at run time, where the
 * Conv that they would become is an error.
 *
 * <p>It does not matter if the graph is an error at those sizes anyway: a runtime has no
 * convolution or pooling of an empty image, nor a convolution that makes one. So an axis is safe if
 * any of these has one of the same size.
 */
final class EmptyMaps {
  private final Facts facts;
  private @Nullable Set<Dim> needed;

  EmptyMaps(Facts facts) {
    this.facts = facts;
  }

  /** The reason, if the image that a node reads or makes may be empty where the graph runs. */
  Optional<Linearity> refusal(Node node) {
    return refusal(node.input(0)).or(() -> refusal(node.output()));
  }

  private Optional<Linearity> refusal(String value) {
    Optional<Shape> shape = facts.shape(value);
    if (shape.isEmpty()) {
      return Optional.empty();
    }
    for (int axis = 2; axis < shape.get().rank(); axis++) {
      Dim dim = shape.get().dim(axis);
      if (!dim.isSurelyPositive() && !needed().contains(dim)) {
        return Optional.of(
            new Linearity.Refused(
                "axis %d of '%s', of size %s, is empty for small images, which a convolution cannot be; give --shape"
                    .formatted(axis, value, dim)));
      }
    }
    return Optional.empty();
  }

  /** The sizes of axes that are never empty where the graph runs. */
  private Set<Dim> needed() {
    Set<Dim> sizes = needed;
    if (sizes == null) {
      sizes = new HashSet<>();
      Graph graph = facts.graph();
      for (Node node : graph.nodes()) {
        for (String value : imagesWithPixels(node)) {
          facts
              .shape(value)
              .filter(s -> s.rank() >= 3)
              .map(EmptyMaps::spatial)
              .ifPresent(sizes::addAll);
        }
      }
      sizes.removeIf(dim -> dim instanceof Dim.Known);
      needed = sizes;
    }
    return sizes;
  }

  private static List<Dim> spatial(Shape shape) {
    return shape.dims().subList(2, shape.rank());
  }

  private static List<String> imagesWithPixels(Node node) {
    if (node.op() instanceof Op.Conv) {
      return List.of(node.input(0), node.output());
    }
    boolean pools =
        node.op() instanceof Op.AveragePool
            || node.op() instanceof Op.MaxPool
            || node.op() instanceof Op.GlobalAveragePool;
    return pools ? List.of(node.input(0)) : List.of();
  }
}
